import * as sdk from '@authlete/typescript-sdk/models'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT_RULES } from '../../../functions/management/clients/settings-schema.ts'
import { SERVICE_RULES } from '../../../functions/management/services/settings-schema.ts'
import { CLIENT_SETTINGS, type ContractSettings, SERVICE_SETTINGS } from '../../support/contract-settings.ts'
import { type FixedRuntime, fixedRuntime } from '../../support/fixed-runtime.ts'
import { type Answered, type Management, openManagement } from '../../support/management.ts'

let runtime: FixedRuntime
let management: Management
beforeAll(async () => {
  runtime = await fixedRuntime()
})
beforeEach(async () => {
  management = await openManagement(runtime)
})
afterAll(() => runtime.close())

const settings = readFileSync(new URL('../../../docs/settings.md', import.meta.url), 'utf8')

/** What stands between a heading and the next one of its level or above. */
function section(heading: string): string {
  const [, after = ''] = settings.split(`\n${heading}\n`)
  const level = /^#+/.exec(heading)?.[0].length ?? 0
  return after.split(new RegExp(`\\n#{1,${level}} `))[0] ?? ''
}

/** The names of the members that the SDK knows. */
function membersOf(...schemas: unknown[]): string[] {
  return schemas.flatMap((schema) => {
    const { shape, _def } = schema as { shape?: object; _def: { schema?: { shape: object } } }
    return Object.keys(shape ?? _def.schema?.shape ?? {})
  })
}

interface Kind {
  readonly name: string
  readonly heading: string
  readonly known: ContractSettings
  /** Refused by the code. */
  readonly notOffered: readonly string[]
  readonly inSdk: readonly string[]
  readonly set: (members: object) => Promise<Answered>
  readonly read: () => Promise<Answered>
}

let client: unknown
const clientPath = () => `/client/update/${String(client)}`

const KINDS: readonly Kind[] = [
  {
    name: 'a service',
    heading: '## Service',
    known: SERVICE_SETTINGS,
    notOffered: SERVICE_RULES.notOffered,
    inSdk: membersOf(sdk.ServiceInput$outboundSchema, sdk.Service$inboundSchema),
    set: (members) => management.v3('POST', '/service/update', members),
    read: () => management.v3('GET', '/service/get'),
  },
  {
    name: 'a client',
    heading: '## Client',
    known: CLIENT_SETTINGS,
    notOffered: CLIENT_RULES.notOffered,
    inSdk: membersOf(sdk.ClientInput$outboundSchema, sdk.Client$inboundSchema),
    set: (members) => management.v3('POST', clientPath(), members),
    read: () => management.v3('GET', `/client/get/${String(client)}`),
  },
]

/** What a setting needs beside it. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  mutualTlsValidatePkiCertChain: ['trustedRootCertificates'],
  accessTokenSignAlg: ['jwks'],
  accessTokenSignatureKeyId: ['jwks'],
  introspectionSignatureKeyId: ['jwks'],
  tokenAuthMethod: ['jwks'],
}

/** Private keys go in and never come out. */
function asRead(name: string, value: unknown): unknown {
  if (name !== 'jwks') return value
  const { keys } = JSON.parse(String(value)) as { keys: { d?: unknown }[] }
  return keys.map(({ d: _, ...publicMembers }) => publicMembers)
}

describe.each(KINDS)('$name', ({ heading, known, notOffered, inSdk, set, read }) => {
  const { effect, carried, readOnly } = known
  const refused = [...new Set([...known.refused, ...notOffered])]
  const kept = Object.entries({ ...effect, ...carried })
  beforeEach(async () => {
    client = (await management.v3('POST', '/client/create', {})).json['clientId']
  })

  test('has no setting of which it is not said what becomes of it, and none that two things are said of', () => {
    const all = [...kept.map(([name]) => name), ...refused, ...readOnly]
    expect(inSdk.length).toBeGreaterThan(50)
    expect(inSdk.filter((name) => !all.includes(name))).toEqual([])
    expect(all.filter((name, index) => all.indexOf(name) < index)).toEqual([])
    expect(known.refused.filter((name) => !notOffered.includes(name))).toEqual([])
  })

  test.each(kept)('keeps %s', async (name, value) => {
    const beside = Object.fromEntries((TOGETHER[name] ?? []).map((other) => [other, effect[other]]))
    const { status, json } = await set({ ...beside, [name]: value })
    expect([status, json['resultCode']]).toEqual([200, undefined])
    const back = (await read()).json
    expect(asRead(name, back[name])).toMatchObject(asRead(name, value) as object)
  })

  test.each(refused)('refuses %s by name', async (name) => {
    const before = (await read()).text
    const { status, json } = await set({ [name]: 'x' })
    expect(status).toBe(400)
    expect(json['resultMessage']).toContain(`'${name}' has no effect here`)
    expect((await read()).text).toBe(before)
  })

  test.each(refused)('lets pass that %s is not set', async (name) => {
    for (const unset of [null, false, 0, '', []]) expect((await set({ [name]: unset })).status).toBe(200)
  })

  test.each(readOnly)('ignores %s', async (name) => {
    const before = (await read()).json[name]
    expect((await set({ [name]: 7 })).status).toBe(200)
    const after = (await read()).json[name]
    if (name === 'modifiedAt') expect(after).not.toBe(7)
    else expect(after).toEqual(before)
  })

  test('is described in docs/settings.md', () => {
    const text = section(heading)
    const unnamed = (names: readonly string[], part: string) =>
      names.filter((name) => !part.includes(`\`${name}\``))
    expect(unnamed(Object.keys(effect), text.split('\n### Carried')[0] ?? '')).toEqual([])
    expect(
      unnamed(Object.keys(carried), section(`### Carried by ${heading.slice(3).toLowerCase()}s`)),
    ).toEqual([])
    expect(unnamed(refused, section(`### Refused for ${heading.slice(3).toLowerCase()}s`))).toEqual([])
  })
})

describe('the extension of a client', () => {
  test.each(['idTokenDuration', 'tokenExchangePermitted'])('refuses %s by name', async (name) => {
    const value = name === 'idTokenDuration' ? 60 : true
    const { status, json } = await management.v3('POST', '/client/create', { extension: { [name]: value } })
    expect(status).toBe(400)
    expect(json['resultMessage']).toContain(`'${name}'`)
  })
})

describe('the attributes of a scope', () => {
  const scoped = (key: string, value: string) =>
    management.v3('POST', '/service/update', {
      supportedScopes: [{ name: 'read', attributes: [{ key, value }] }],
    })

  test.each(['access_token.duration', 'refresh_token.duration'])('shorten tokens: %s', async (key) => {
    expect((await scoped(key, '60')).status).toBe(200)
    for (const value of ['0', '-1', 'soon', '1.5', '', '9'.repeat(10)]) {
      expect((await scoped(key, value)).json['resultCode']).toBe('A039292')
    }
  })

  test.each(['regex', 'fapi', 'fapi2'])(
    'are refused where they would decide something else: %s',
    async (key) => {
      expect((await scoped(key, 'x')).json['resultCode']).toBe('A039291')
    },
  )

  test('are kept otherwise', async () => {
    expect((await scoped('tier', 'gold')).json['supportedScopes']).toMatchObject([
      { attributes: [{ key: 'tier', value: 'gold' }] },
    ])
  })
})
