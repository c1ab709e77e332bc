import * as sdk from '@authlete/typescript-sdk/models'
import { describe, expect, test } from 'vitest'
import { CLIENT_SETTINGS, type ContractSettings, SERVICE_SETTINGS } from '../../support/contract-settings.ts'
import { type Answered } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { v3 } = await testManagement()
const client = String((await v3('POST', '/client/create', {})).json['clientId'])

/** The names of the members that the SDK knows. */
function membersOf(...schemas: unknown[]): string[] {
  return schemas.flatMap((schema) => {
    const { shape, _def } = schema as { shape?: object; _def: { schema?: { shape: object } } }
    return Object.keys(shape ?? _def.schema?.shape ?? {})
  })
}

interface Kind {
  readonly name: string
  readonly settings: ContractSettings
  readonly inSdk: readonly string[]
  /** Authlete has a default of its own for these: ignoring them would be unsafe. */
  readonly mustBeRefused: readonly string[]
  readonly set: (members: object) => Promise<Answered>
  readonly read: () => Promise<Answered>
}

const KINDS: readonly Kind[] = [
  {
    name: 'a service',
    settings: SERVICE_SETTINGS,
    inSdk: membersOf(sdk.ServiceInput$outboundSchema, sdk.Service$inboundSchema),
    mustBeRefused: ['requestObjectRequired', 'missingClientIdAllowed', 'supportedServiceProfiles'],
    set: (members) => v3('POST', '/service/update', members),
    read: () => v3('GET', '/service/get'),
  },
  {
    name: 'a client',
    settings: CLIENT_SETTINGS,
    inSdk: membersOf(sdk.ClientInput$outboundSchema, sdk.Client$inboundSchema),
    mustBeRefused: ['requestObjectRequired'],
    set: (members) => v3('POST', `/client/update/${client}`, members),
    read: () => v3('GET', `/client/get/${client}`),
  },
]

/** The settings that another one requires. */
const TOGETHER: Readonly<Record<string, object>> = {
  mutualTlsValidatePkiCertChain: {
    trustedRootCertificates: SERVICE_SETTINGS.accepted['trustedRootCertificates'],
  },
  ...Object.fromEntries(
    [
      'accessTokenSignAlg',
      'accessTokenSignatureKeyId',
      'introspectionSignatureKeyId',
      'idTokenSignatureKeyId',
      'userInfoSignatureKeyId',
    ].map((name) => [name, { jwks: SERVICE_SETTINGS.accepted['jwks'] }]),
  ),
  tokenAuthMethod: { jwks: CLIENT_SETTINGS.accepted['jwks'] },
  fapi2: {
    ...{ supportedTokenAuthMethods: ['PRIVATE_KEY_JWT'], tlsClientCertificateBoundAccessTokens: true },
    ...{ pkceRequired: true, pkceS256Required: true, refreshTokenKept: true },
    ...{ clientType: 'CONFIDENTIAL', tokenAuthMethod: 'TLS_CLIENT_AUTH', tlsClientAuthSubjectDn: 'CN=a' },
  },
}

/** Private keys are never returned. */
function asRead(name: string, value: unknown): unknown {
  if (name !== 'jwks') return value
  const { keys } = JSON.parse(String(value)) as { keys: { d?: unknown }[] }
  return keys.map(({ d: _, ...publicMembers }) => publicMembers)
}

describe.each(KINDS)('$name', ({ settings, inSdk, mustBeRefused, set, read }) => {
  const { accepted, carried, refused, readOnly } = settings
  // They would end the credential of this test: see service-secrets.test.ts.
  const { credentials: _, ...kept } = accepted
  const isCarried = ([name]: [string, unknown]) => carried.includes(name)
  const deciding = Object.entries(kept).filter((setting) => !isCarried(setting))

  test('every setting in the SDK has exactly one declaration', () => {
    const declared = [...Object.keys(accepted), ...refused, ...readOnly]
    expect(inSdk.length).toBeGreaterThan(50)
    expect(inSdk.filter((name) => !declared.includes(name))).toEqual([])
    expect(declared.filter((name, index) => declared.indexOf(name) < index)).toEqual([])
    expect(mustBeRefused.filter((name) => !refused.includes(name))).toEqual([])
  })

  test('every setting without an effect is stored and returned', async () => {
    const all = Object.fromEntries(Object.entries(kept).filter(isCarried))
    expect((await set(all)).status).toBe(200)
    expect((await read()).json).toMatchObject(all)
  })

  test.each(deciding)('the setting %s is stored and returned', async (name, value) => {
    const { status, json } = await set({ ...TOGETHER[name], [name]: value })
    expect([status, json['resultCode']]).toEqual([200, undefined])
    const back = (await read()).json
    expect(asRead(name, back[name])).toEqual(asRead(name, value))
    // An update that leaves it out would keep it.
    if (name === 'fapi2') await set({ fapi2: false })
  })

  test('every setting that is not offered is refused by name, and nothing changes', async () => {
    const before = (await read()).text
    for (const name of refused) {
      const { status, json } = await set({ [name]: 'x' })
      expect([name, status]).toEqual([name, 400])
      expect(json['resultMessage']).toContain(`'${name}' is not supported and cannot be set`)
    }
    expect((await read()).text).toBe(before)
  })

  test.each([null, false, 0, '', []].map((unset) => [unset]))(
    '%j is accepted for every setting that is not offered',
    async (unset) => {
      const { status, text } = await set(Object.fromEntries(refused.map((name) => [name, unset])))
      expect([status, text]).toEqual([200, (await read()).text])
    },
  )

  test('every read-only setting is ignored', async () => {
    const before = (await read()).json
    expect((await set(Object.fromEntries(readOnly.map((name) => [name, 7])))).status).toBe(200)
    const { modifiedAt, ...after } = (await read()).json
    expect(after).toEqual({ ...before, modifiedAt: undefined })
    expect(modifiedAt).not.toBe(7)
  })
})

describe('an attribute of a scope', () => {
  const scoped = (key: string, value: string) =>
    v3('POST', '/service/update', {
      supportedScopes: [{ name: 'read', attributes: [{ key, value }] }],
    })

  test.each(['access_token.duration', 'refresh_token.duration'])(
    'the scope attribute %s must be a duration',
    async (key) => {
      expect((await scoped(key, '60')).status).toBe(200)
      for (const value of ['0', '-1', 'soon', '1.5', '', '9'.repeat(10)]) {
        expect((await scoped(key, value)).json['resultCode']).toBe('A039292')
      }
    },
  )

  test.each(['regex', 'fapi', 'fapi2'])(
    'the scope attribute %s is refused, because it would have an effect in Authlete',
    async (key) => {
      expect((await scoped(key, 'x')).json['resultCode']).toBe('A039291')
    },
  )

  test('a scope attribute of another name is stored and returned', async () => {
    expect((await scoped('tier', 'gold')).json['supportedScopes']).toMatchObject([
      { attributes: [{ key: 'tier', value: 'gold' }] },
    ])
  })
})
