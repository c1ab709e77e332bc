import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { routes as token } from '../../../../functions/token/routes.ts'
import { serve } from '../../../../shared/lambda/serve.ts'
import type { Runtime } from '../../../../shared/runtime/runtime.ts'
import { eventFor } from '../../../support/gateway.ts'
import { keySet, newSigningKey } from '../../../support/signing-keys.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { SERVICE, test } from './provisioning.ts'

const ISSUER = 'https://auth.example.com'
const API_KEY = 21653835348762
const API_SECRET = 'uE4NgqeIpuSV_XejQ7Ds3jsgA1yXhjR1MXJ1LbPuyls'
const CLIENT_ID = 26478243745571
const SECRET = 'gXz97ISgLs4HuXwOZWch8GEmgL4YMvUJwu3er_kDVVGcA0UOhA9avLPbEmoeZdagi9yC_-tEiT2BdRyH9dbrQQ'
const NEVER_SHOWN = [API_SECRET, SECRET, 'a-private-value']

/** A service in Authlete's answer, with each setting, most of them unset. */
const OF_AUTHLETE = {
  ...{ number: 5041, serviceOwnerNumber: 2, apiKey: API_KEY, apiSecret: API_SECRET },
  ...{ createdAt: 1500000000000, modifiedAt: 1500000000000 },
  ...{ serviceName: 'Bank', issuer: 'https://as.bank.example', clientsPerDeveloper: 0 },
  supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN', 'CIBA', 'DEVICE_CODE'],
  supportedResponseTypes: ['CODE', 'CODE_ID_TOKEN'],
  supportedTokenAuthMethods: ['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_JWT', 'TLS_CLIENT_AUTH'],
  supportedScopes: [
    { name: 'openid', defaultEntry: false },
    { name: 'payments', defaultEntry: false },
  ],
  ...{ clientIdAliasEnabled: true, tlsClientCertificateBoundAccessTokens: true, accessTokenDuration: 300 },
  ...{ directAuthorizationEndpointEnabled: false, fapiModes: ['FAPI1_ADVANCED'], hsmEnabled: true },
  ...keySet(newSigningKey('k1', 'ES256').own),
}

const CLIENT = {
  ...{ number: 7, serviceNumber: 5041, clientId: CLIENT_ID, clientSecret: SECRET, developer: 'john' },
  ...{ clientName: 'Payments', clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC' },
  ...{ clientIdAlias: 'payments', clientIdAliasEnabled: true },
  ...{ grantTypes: ['CLIENT_CREDENTIALS', 'CIBA'], responseTypes: ['CODE', 'TOKEN'] },
  ...{ tlsClientCertificateBoundAccessTokens: false, requestSignAlg: 'PS256', bcUserCodeRequired: false },
  attributes: [{ key: 'k', value: 'a-private-value' }],
  ...{ createdAt: 1500000000000, modifiedAt: 1500000000000, redirectUris: null },
}
const WITHOUT_ALIAS = { ...CLIENT, clientId: CLIENT_ID + 1, clientIdAlias: String(CLIENT_ID + 1) }

const services = (...list: object[]) => ({ start: 0, end: 5, totalCount: list.length, services: list })
const clients = (...list: object[]) => ({ start: 0, end: 5, totalCount: list.length, clients: list })
const GOOD = [services(OF_AUTHLETE), clients(CLIENT, WITHOUT_ALIAS)]

async function fileOf(content: unknown): Promise<string> {
  const file = join(await temporaryFolder(), 'authlete.json')
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

/** The action of `/api/auth/token` for a client's client credentials, with the key and secret of the service. */
async function tokenAction(runtime: Runtime, apiKey: number, clientId: string): Promise<unknown> {
  const basic = Buffer.from(`${apiKey}:${API_SECRET}`).toString('base64')
  const event = eventFor(
    {
      ...{ route: '/api/auth/token', method: 'POST' },
      headers: { authorization: `Basic ${basic}`, 'content-type': 'application/json' },
      body: JSON.stringify({ parameters: 'grant_type=client_credentials', clientId, clientSecret: SECRET }),
    },
    '2.0',
  )
  const { body } = await serve(token, runtime)(event)
  return (JSON.parse(body) as { action?: unknown }).action
}

test('import:authlete keeps the IDs, the alias and the secrets of a service and its clients, and prints no secret', async ({
  provisioning: { deployTables, run, runtime, registry, tables },
}) => {
  await deployTables()
  const ran = await run(['import:authlete', await fileOf(GOOD), '--yes'])
  expect([ran.code, ran.stderr]).toEqual([0, ''])
  expect(await registry.findCurrentService(API_KEY)).toMatchObject({
    ...{ serviceName: 'Bank', issuer: 'https://as.bank.example', accessTokenDuration: 300 },
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: ['CLIENT_SECRET_BASIC', 'TLS_CLIENT_AUTH'],
    tlsClientCertificateBoundAccessTokens: true,
  })
  expect(await registry.findCurrentClient(API_KEY, String(CLIENT_ID))).toMatchObject({
    ...{ clientIdAlias: 'payments', grantTypes: ['CLIENT_CREDENTIALS'], responseTypes: ['CODE'] },
    tlsClientCertificateBoundAccessTokens: false,
  })
  for (const clientId of ['payments', String(CLIENT_ID), String(CLIENT_ID + 1)])
    expect(await tokenAction(runtime, API_KEY, clientId)).toBe('OK')
  for (const text of NEVER_SHOWN) expect(ran.stdout).not.toContain(text)
  for (const secret of [API_SECRET, SECRET]) expect(JSON.stringify(await tables())).not.toContain(secret)
})

test('import:authlete lists each setting and ID that cannot be imported, and mentions tokens and the deletion of the file', async ({
  provisioning: { deployTables, run, registry },
}) => {
  await deployTables()
  const big = { ...CLIENT, clientId: 2 ** 53 - 1, clientIdAlias: 'big' }
  const byJwt = { ...CLIENT, clientId: 4, clientIdAlias: 'by-jwt', tokenAuthMethod: 'CLIENT_SECRET_JWT' }
  const shortSecret = { ...CLIENT, clientId: 5, clientIdAlias: 'short', clientSecret: 'short' }
  const onlyToken = { ...CLIENT, clientId: 6, clientIdAlias: 'token', responseTypes: ['TOKEN'] }
  const file = await fileOf([services(OF_AUTHLETE), clients(CLIENT, big, byJwt, shortSecret, onlyToken)])
  const { code, stdout } = await run(['import:authlete', file, '--yes'])
  expect(code).toBe(0)
  const lists =
    'supportedGrantTypes: CIBA, supportedGrantTypes: DEVICE_CODE, supportedResponseTypes: CODE_ID_TOKEN'
  expect(stdout.split('\n')).toEqual([
    `service ${API_KEY}: create`,
    `  cannot be imported, because certbound does not support it: ${lists}, supportedTokenAuthMethods: CLIENT_SECRET_JWT, fapiModes, hsmEnabled`,
    `client ${CLIENT_ID} of service ${API_KEY}: create`,
    '  cannot be imported, because certbound does not support it: grantTypes: CIBA, responseTypes: TOKEN, requestSignAlg',
    expect.stringMatching(`^client 9007199254740991 of service ${API_KEY} cannot be imported: its ID is not`),
    expect.stringMatching(`^client 4 of service ${API_KEY} cannot be imported: .*tokenAuthMethod`),
    `client 5 of service ${API_KEY} cannot be imported: the form of its secret is not allowed here`,
    expect.stringMatching(`^client 6 of service ${API_KEY} cannot be imported: .*responseTypes`),
    'tokens and codes are not imported: users must log in again, and clients get new tokens',
    `done. ${file} contains secrets: delete it and its copies`,
    '',
  ])
  const made = await registry.listClients(API_KEY)
  expect(made.map(({ clientId }) => clientId)).toEqual([CLIENT_ID])
})

test('a second import:authlete changes nothing, and it completes an interrupted one', async ({
  provisioning: { deployTables, run, tables },
}) => {
  await deployTables()
  const first = await fileOf([services(OF_AUTHLETE), clients(CLIENT)])
  expect((await run(['import:authlete', first, '--yes'])).code).toBe(0)
  const before = await tables()
  const again = await run(['import:authlete', first, '--yes'])
  expect(again.stdout).toContain(`client ${CLIENT_ID} of service ${API_KEY}: exists, no change\n`)
  expect(await tables()).toEqual(before)
  const { stdout } = await run(['import:authlete', await fileOf(GOOD), '--yes'])
  expect(stdout).toContain(`client ${CLIENT_ID + 1} of service ${API_KEY}: create\n`)
})

test.for<[string, unknown, string]>([
  [
    'another setting of the service',
    [services({ ...OF_AUTHLETE, accessTokenDuration: 600 }), clients(CLIENT)],
    `service ${API_KEY}: it exists with another content`,
  ],
  [
    'another secret of the service',
    [services({ ...OF_AUTHLETE, apiSecret: SECRET }), clients(CLIENT)],
    `service ${API_KEY}: it exists with another content`,
  ],
  [
    'another setting of a client',
    [services(OF_AUTHLETE), clients({ ...CLIENT, clientName: 'Other' })],
    `client ${CLIENT_ID} of service ${API_KEY}: it exists with another content`,
  ],
  [
    'another secret of a client',
    [services(OF_AUTHLETE), clients({ ...CLIENT, clientSecret: API_SECRET })],
    `client ${CLIENT_ID} of service ${API_KEY}: it exists with another content`,
  ],
  [
    'an alias that is taken',
    [services(OF_AUTHLETE), clients({ ...CLIENT, clientId: 9 })],
    'client 9 of service 21653835348762: another client uses its alias',
  ],
])(
  'import:authlete refuses %s, and writes nothing',
  async ([, content, line], { provisioning: { deployTables, run, tables } }) => {
    await deployTables()
    await run(['import:authlete', await fileOf([services(OF_AUTHLETE), clients(CLIENT)]), '--yes'])
    const before = await tables()
    const more = { ...CLIENT, clientId: 8, clientIdAlias: 'more' }
    const withMore = [...(content as object[]), clients(more)]
    const { code, stderr } = await run(['import:authlete', await fileOf(withMore), '--yes'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(line)])
    expect(await tables()).toEqual(before)
  },
)

test.for<[string, unknown, string]>([
  ['no JSON', '{', 'it must be a JSON list of answers'],
  ['something else', [{ accessTokens: [] }], 'it must be a JSON list of answers'],
  [
    'a page that is missing',
    [services(OF_AUTHLETE), { ...clients(CLIENT), totalCount: 7 }],
    'only 1 of 7 clients are present: request all of them with start=0&end=7',
  ],
  ['a duplicate client', clients(CLIENT, CLIENT), `clientId ${CLIENT_ID} is a duplicate`],
  [
    'two clients with one alias',
    [services(OF_AUTHLETE), clients(CLIENT, { ...CLIENT, clientId: 9 })],
    `client 9 of service ${API_KEY}: another client uses its alias`,
  ],
  [
    'two services with the issuer of the deployment',
    services(...[1, 2].map((apiKey) => ({ ...OF_AUTHLETE, number: apiKey, apiKey, issuer: ISSUER }))),
    `service ${SERVICE}: two services of the file would have this number`,
  ],
  [
    'a client of a service that is missing',
    [services(OF_AUTHLETE), clients({ ...CLIENT, serviceNumber: 1 })],
    'the service with the number 1 is missing',
  ],
  [
    'a client whose service is not a number',
    [services(OF_AUTHLETE), clients({ ...CLIENT, serviceNumber: { number: 1 } })],
    `clientId ${CLIENT_ID}: serviceNumber must be a number`,
  ],
  [
    'a service with a wrong setting, at the end',
    [clients(CLIENT), services({ ...OF_AUTHLETE, accessTokenDuration: 'x' })],
    "service 21653835348762: The value of 'accessTokenDuration'",
  ],
  ['clients without any service', clients(CLIENT), 'there is no service for the clients'],
])(
  'import:authlete refuses %s, and writes nothing',
  async ([, content, line], { provisioning: { deployTables, run, tables } }) => {
    await deployTables()
    const before = await tables()
    const { code, stderr } = await run(['import:authlete', await fileOf(content), '--yes'])
    expect([code, stderr]).toEqual([1, expect.stringContaining(line)])
    expect(await tables()).toEqual(before)
  },
)

test('import:authlete derives the number of the deployment’s service from its issuer, and imports clients without a service into it', async ({
  provisioning: { deployTables, run, runtime, registry },
}) => {
  await deployTables()
  const own = { ...OF_AUTHLETE, issuer: ISSUER }
  const { stdout } = await run(['import:authlete', await fileOf([services(own), clients(CLIENT)]), '--yes'])
  expect(stdout).toContain(
    `  cannot be imported: apiKey ${API_KEY}; the number ${SERVICE} is derived from the issuer\n`,
  )
  expect(await tokenAction(runtime, SERVICE, 'payments')).toBe('OK')
  const alone = { ...WITHOUT_ALIAS, serviceNumber: 99 }
  expect((await run(['import:authlete', await fileOf(clients(alone)), '--yes'])).code).toBe(0)
  expect(await registry.findCurrentClient(SERVICE, String(CLIENT_ID + 1))).toBeDefined()
  // Authlete has no such endpoint.
  for (const change of ['add certificateAnnouncementEndpoint', 'exists, no change'])
    expect((await run(['provision', '--yes'])).stdout).toContain(`service ${SERVICE}: ${change}\n`)
})

test('import:authlete writes nothing unless the answer is yes', async ({
  provisioning: { deployTables, run, tables },
}) => {
  await deployTables()
  const before = await tables()
  const { code, stderr } = await run(['import:authlete', await fileOf(GOOD)])
  expect([code, stderr]).toEqual([1, expect.stringContaining('nothing was changed')])
  expect(await tables()).toEqual(before)
})
