import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { makeFolder } from './config-folder.ts'
import { loadCatalog } from '../../../src/config/load-catalog.ts'

async function read(...texts: readonly string[]) {
  const folder = await makeFolder(Object.fromEntries(texts.map((text, index) => [`${String(index)}.yaml`, text])))
  const { catalog, problems } = await loadCatalog(folder)
  const mistakes = problems.map(({ file, at, found, expected }) => {
    return `${file.replace(`${folder}/`, '')}:${at}: ${found}; ${expected}`.replaceAll(folder, '.')
  })
  return { services: [...catalog.services.values()], names: [...catalog.services.keys()].sort(), mistakes }
}

const component = (name: string, rest = '') =>
  `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: ${name} }\n${rest}`

describe('a company’s own catalog files', () => {
  it('give owner, dependencies and annotations as they are written', async () => {
    const { services, mistakes } = await read(`
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: checkout
  namespace: default
  title: Checkout
  tags: [java, payments]
  labels: { team: shop }
  annotations:
    backstage.io/techdocs-ref: dir:.
    argocd/app-name: checkout-prod
    argocd/project-name: shop
    pagerduty.com/service-id: PABC123
    github.com/project-slug: example/checkout
    countersign.dev/criticality: "1"
    countersign.dev/lambda: shop-recycle:live
    countersign.dev/mode: observe
  links: [{ url: "https://grafana.example.com/d/1", icon: dashboard }, { url: "https://x.example", title: Logs }]
spec:
  type: service
  lifecycle: production
  owner: group:default/team-shop
  system: shop
  dependsOn: ["component:default/payments", "resource:orders-db", catalog]
  providesApis: [checkout-api]
`)

    expect(mistakes).toEqual([])
    expect(services).toEqual([
      {
        name: 'checkout',
        owner: 'team-shop',
        dependsOn: ['payments', 'orders-db', 'catalog'],
        system: 'shop',
        criticality: 1,
        argocd: { app: 'checkout-prod', project: 'shop' },
        lambda: 'shop-recycle:live',
        pagerdutyServiceId: 'PABC123',
        repository: 'example/checkout',
        mode: 'observe',
        links: [
          { title: 'https://grafana.example.com/d/1', url: 'https://grafana.example.com/d/1' },
          { title: 'Logs', url: 'https://x.example' },
        ],
      },
    ])
  })

  it('of other kinds are left alone, whatever stands in them', async () => {
    const { names, mistakes } = await read(
      'apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: { name: team-shop }\nspec: { type: team, children: [] }\n',
      'apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: { name: a }\nspec: { definition: { $text: ./openapi.yaml }, dependsOn: 5 }\n',
      'apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: { name: t, annotations: { github.com/project-slug: a/b/c } }\nspec: { steps: [] }\n',
      'apiVersion: backstage.io/v1alpha1\nkind: Location\nspec: { targets: ["./*.yaml"] }\n',
      `---\n${component('checkout')}---\n`,
    )

    expect({ names, mistakes }).toEqual({ names: ['checkout'], mistakes: [] })
  })

  it('may leave out spec, owner and annotations, or write them as nothing', async () => {
    const { services, mistakes } = await read(
      component('one'),
      component('two', 'spec:\n'),
      'apiVersion: v1\nkind: Component\nmetadata:\n  name: three\n  annotations:\n  links:\nspec:\n  owner:\n  dependsOn:\n',
    )

    expect(mistakes).toEqual([])
    expect(services.map(({ owner, criticality, dependsOn }) => ({ owner, criticality, dependsOn }))).toEqual(
      [1, 2, 3].map(() => ({ owner: null, criticality: 2, dependsOn: [] })),
    )
  })

  it('are found in folders below, also as catalog-info.yml', async () => {
    const folder = await makeFolder({
      'shop/checkout/catalog-info.yml': component('checkout'),
      'shop/readme.md': '# no entity',
    })

    expect([...(await loadCatalog(join(folder, 'shop'))).catalog.services.keys()]).toEqual(['checkout'])
  })
})

describe('mistakes', () => {
  it('two components of one name are one too many, wherever they stand', async () => {
    const { mistakes } = await read(component('checkout'), component('payments'), component('checkout'))

    expect(mistakes).toEqual([
      '2.yaml:3:13: a second Component named checkout; the first is in ./0.yaml:3:13; each name once',
    ])
  })

  it('a system of the same name as its component is common: the component is the service', async () => {
    const { services, mistakes } = await read(
      'apiVersion: v1\nkind: System\nmetadata: { name: shop }\nspec: { owner: team-all }\n',
      component('shop', 'spec: { owner: team-shop }\n'),
    )

    expect(mistakes).toEqual([])
    expect(services.map(({ name, owner }) => ({ name, owner }))).toEqual([{ name: 'shop', owner: 'team-shop' }])
  })

  it.each([
    ['kind: Component\nmetadata: { name: a }\n', '0.yaml:1:1 (apiVersion): nothing; string'],
    ['apiVersion: v1\nmetadata: { name: a }\n', '0.yaml:1:1 (kind): nothing; string'],
    ['apiVersion: v1\nkind: component\nmetadata: { name: a }\n', '0.yaml:2:1: "component"; Component'],
    ['apiVersion: v1\nkind: Component\nmetadata: {}\n', '0.yaml:3:1 (metadata.name): nothing; string'],
    [component('a', 'spec: { dependsOn: payments }\n'), '0.yaml:4:9 (spec.dependsOn): "payments"; array'],
    [
      'apiVersion: v1\nkind: Component\nmetadata:\n  name: a\n  annotations: { countersign.dev/criticality: 1 }\n',
      '0.yaml:5:18 (metadata.annotations.countersign.dev/criticality): 1; one of "1"|"2"|"3"|"4"',
    ],
    [
      'apiVersion: v1\nkind: Component\nmetadata:\n  name: a\n  annotations: { github.com/project-slug: checkout }\n',
      '0.yaml:5:18 (metadata.annotations.github.com/project-slug): "checkout"; owner/repository',
    ],
    ['just a sentence\n', '0.yaml:1:1: "just a sentence"; object'],
  ])('%j is refused with its place', async (text, mistake) => {
    expect((await read(text)).mistakes).toEqual([mistake])
  })
})
