# Countersign needs no build: Node runs src/main.ts as it is. The image carries Docker's official Node, so the npm
# packages that bring Node and the embedded database to a laptop stay out of it.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts && npm cache clean --force
# The types are stripped here once, so that the service never loads the compiler that does it; without this step Node
# strips them at each start.
COPY scripts/strip-types.mjs scripts/stripped-source.mjs ./scripts/
COPY src ./src
RUN node scripts/strip-types.mjs

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=3000 \
    COUNTERSIGN_CONFIG=/app/config/site/countersign.yaml \
    COUNTERSIGN_DATA=/data/countersign
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY scripts/use-stripped.mjs scripts/stripped-source.mjs ./scripts/
COPY src ./src
COPY migrations ./migrations
COPY playbooks ./playbooks
COPY policies ./policies
COPY prompts ./prompts
# The configuration is mounted two levels below /app, as docs/examples lies: ../../playbooks and ../../policies in it are
# those of the image. The process owns nothing it runs: only /data is writable to it, and what it keeps beside its data
# (checkpoints, an audit key of its own) lies there as well.
RUN install -d -o node -g node /data
USER node
VOLUME /data
EXPOSE 3000
# /healthz says that the process answers; /readyz, that it can do its work, is the load balancer's question.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => { if (!answer.ok) process.exitCode = 1 }, () => { process.exitCode = 1 })"]
# The same sparing flags as `npm start`; docs/performance.md says what each of them is worth.
ENTRYPOINT ["node", "--import", "./scripts/use-stripped.mjs", "--v8-pool-size=1", "--wasm-tier-up-filter=0", "src/main.ts"]
CMD ["serve"]
