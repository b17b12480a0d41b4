import type { PolicyFile } from '../policy/parse-policies.ts'

/**
 * What holds in mode observe where no policy is configured: alerts and changes come in, the bearer of the API token
 * looks, whoever holds the machine stops everything. No person may do anything, so nobody can approve.
 */
export const OBSERVING_POLICY: PolicyFile = {
  file: 'built in, for mode observe without policies',
  text: `@id("sources-ingest")
@says("a verified source may hand in alerts and changes")
permit (principal is Service, action == Action::"ingest", resource is Installation)
unless { principal in [Service::"countersign", Service::"api", Service::"cli"] };

@id("api-reads")
@says("the bearer of the API token may read")
permit (
  principal == Service::"api",
  action in [
    Action::"read", Action::"list", Action::"status", Action::"timeline", Action::"summary",
    Action::"changes", Action::"evidence", Action::"playbooks", Action::"audit.read"
  ],
  resource
);

@id("cli-kill-switch")
@says("whoever holds the command line may freeze, and export the audit log")
permit (
  principal == Service::"cli",
  action in [Action::"freeze", Action::"audit.read", Action::"audit.export"],
  resource
);
`,
}
