import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { functionNames } from '../../../../infra/package/build.ts'
import { readPackagedTemplate } from '../../../../infra/emulator/lambda/packaged-template.ts'
import { articleCases, CLIENT } from '../../../functions/article-cases.ts'
import { refreshBindingCases } from '../../../functions/token/refresh-binding-cases.ts'
import { type AnyWalk, BASIC, BOUND, openWalk, PUBLIC, type TestClient } from '../../../support/walk.ts'
import { alarms } from './alarms.ts'
import { atTheEdge } from './at-the-edge.ts'
import { demonstrationOnSite } from './demonstration-on-site.ts'
import { environments } from './environments.ts'
import { handlers } from './handlers.ts'
import { logs } from './logs.ts'
import { npmStart } from './npm-start.ts'
import { overTheWire } from './over-the-wire.ts'
import {
  missingHere,
  packageProject,
  type PackagedSite,
  packagedSite,
  type Project,
} from './packaged-site.ts'
import { storeDown } from './store-down.ts'

const NAME = "the packaged functions under Lambda's runtime client, on DynamoDB Local"
const missing = await missingHere()
if (missing.length > 0) console.warn(`${NAME} are left out: no ${missing.join(', no ')} here`)

let project: Project
beforeAll(async () => {
  project = await packageProject()
}, 180_000)
afterAll(() => project.remove())

test('the package holds an archive for every function, and routes to it', async () => {
  const { template, archives } = project
  const functions = await readPackagedTemplate(template)
  expect(functions.map(({ archive }) => basename(archive, '.zip')).sort()).toEqual(functionNames())
  expect(await readdir(archives)).toEqual(expect.arrayContaining(functions.map(({ archive }) => archive)))
  expect(functions.find(({ archive }) => archive === 'discovery.zip')).toMatchObject({
    handler: 'index.handler',
    routes: [
      '/.well-known/oauth-authorization-server',
      '/.well-known/oauth-authorization-server/{issuerPath+}',
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/{issuerPath+}',
      '/jwks',
    ],
    variables: { LOG_LEVEL: 'info' },
  })
})

// One site for all: DynamoDB Local and a process for each function start once.
describe.each(missing.length === 0 ? [NAME] : [])('%s', () => {
  let site: PackagedSite
  let walk: AnyWalk
  let publicClient: TestClient
  let client: TestClient
  beforeAll(async () => {
    site = await packagedSite(project)
  }, 120_000)
  afterAll(() => site.close())

  // First: it needs the service as it was seeded.
  describe('the demonstration', () => demonstrationOnSite(() => site))

  describe('over real connections', () => {
    beforeAll(async () => {
      const issuer = 'https://as.example.com'
      walk = await openWalk(site.runtime, { apiKey: site.seeded.serviceId, issuer }, overTheWire(site))
      publicClient = await walk.addClient(PUBLIC, { ...BOUND, clientId: CLIENT })
      client = await walk.addClient(BASIC, BOUND)
    })

    articleCases(() => ({ walk, client: publicClient, time: () => expect.any(Number) as unknown }))
    describe('the binding at refresh', () => refreshBindingCases(() => walk))
    describe('at the edge', () => atTheEdge(() => ({ site, walk, client })))
    describe('without the store', () => storeDown(() => ({ site, walk, client })))
    describe('alarms over their lines', () => alarms(() => ({ site, walk, client })))
    describe('their log lines', () => logs(() => ({ site, walk, client })))
  })

  describe('npm start -- --packaged', () => npmStart(() => site))
  describe('a handler', () => handlers(() => site))
  describe('an environment', () => environments(() => site))
})
