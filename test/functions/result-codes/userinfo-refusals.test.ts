import { USERINFO } from '../../../shared/refusal/userinfo.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { newProofKey, tokenBoundTo } from '../../support/proof-keys.ts'
import { START } from '../../support/fixed-runtime.ts'
import {
  type Bench,
  calling,
  gives,
  invalidRequest,
  invalidToken,
  provokeAll,
  type Provoke,
  serverError,
} from '../../support/result-codes.ts'
import { BASIC, BOUND, OTHER, OWN } from '../../support/walk.ts'

const OPENID = { supportedScopes: [{ name: 'openid' }, { name: 'read' }] }
const UNKNOWN = 'A'.repeat(72)

/** A token of an end-user with the scope openid, and what becomes of it before it is used. */
const after =
  (change: (bench: Bench) => Promise<unknown>, path = '/auth/userinfo'): Provoke =>
  async (bench) => {
    const { setService, granted, client, call } = bench
    await setService(OPENID)
    const { access: token } = await granted(client, undefined, { scope: 'openid' })
    await change(bench)
    return call(path, { token })
  }

const presenting =
  (clientCertificate: string | undefined): Provoke =>
  async ({ setService, addClient, granted, call }) => {
    await setService(OPENID)
    const client = await addClient(BASIC, BOUND)
    const { access: token } = await granted(client, OWN, { scope: 'openid' })
    return call('/auth/userinfo', { token, clientCertificate })
  }

async function boundToKey(bench: Bench): Promise<string> {
  await bench.setService(OPENID)
  return tokenBoundTo(bench, bench.client, newProofKey(), { scopes: ['openid'] })
}

const issuing =
  (members: object): Provoke =>
  async ({ setService, granted, client, call }) => {
    await setService(OPENID)
    const { access: token } = await granted(client, undefined, { scope: 'openid' })
    return call('/auth/userinfo/issue', { token, ...members })
  }

await provokeAll('userinfo-refusals.test.ts', USERINFO, {
  'userinfo-token-missing': invalidRequest('A088391', calling('/auth/userinfo', {})),
  'userinfo-token-unknown': invalidToken('A088302', calling('/auth/userinfo', { token: UNKNOWN })),
  'userinfo-client-deleted': invalidToken(
    'A088392',
    after(({ v3, client }) => v3('DELETE', `/client/delete/${client.id}`)),
  ),
  'userinfo-client-locked': invalidToken(
    'A088393',
    after(({ v3, client }) => v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })),
  ),
  'userinfo-token-cut-off': invalidToken(
    'A088394',
    after(({ call, client }) => call('/auth/token/revoke', { clientIdentifier: client.id })),
  ),
  'userinfo-token-expired': invalidToken(
    'A089391',
    after(({ runtime }) => Promise.resolve((runtime.clock.now = addSeconds(START, 86400)))),
  ),
  'userinfo-certificate-missing': invalidToken('A089307', presenting(undefined)),
  'userinfo-certificate-unreadable': invalidToken('A089308', presenting('no certificate')),
  'userinfo-certificate-differs': invalidToken('A089310', presenting(OTHER)),
  'userinfo-proof-missing': invalidToken('A089311', async (bench) => {
    const token = await boundToKey(bench)
    return bench.call('/auth/userinfo', { token })
  }),
  'userinfo-proof-target-missing': invalidRequest('A088395', async (bench) => {
    const token = await boundToKey(bench)
    return bench.call('/auth/userinfo', { token, dpop: 'a.b.c', htm: 'GET' })
  }),
  'userinfo-binding-damaged': invalidToken(
    'A089392',
    after(async ({ runtime, number, client }) => {
      await runtime.tables.tamper(number, client.number, { binding: { 'x5t#S256': 'short' } })
    }),
  ),
  'userinfo-token-unbound': invalidToken(
    'A089393',
    after(({ setClient, client }) => setClient(client, { fapi2: true })),
  ),
  'userinfo-scope-missing': gives('FORBIDDEN A089304 insufficient_scope', async ({ granted, client, call }) =>
    call('/auth/userinfo', { token: (await granted(client, undefined, { scope: 'read' })).access }),
  ),
  'userinfo-subject-missing': gives(
    'FORBIDDEN A089394 invalid_request',
    async ({ setService, credentials, client, call }) => {
      await setService(OPENID)
      const { json } = await credentials(client, undefined, { scope: 'openid' })
      return call('/auth/userinfo', { token: json['accessToken'] })
    },
  ),
  'userinfo-claims-malformed': serverError('A096291', issuing({ claims: '["name"]' })),
  'userinfo-sub-malformed': serverError('A096292', issuing({ sub: 'é' })),
  'userinfo-not-signed': serverError(
    'A096293',
    after(({ setClient, client }) => setClient(client, { userInfoSignAlg: 'RS256' }), '/auth/userinfo/issue'),
  ),
})
