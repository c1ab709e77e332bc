import { calling, gives, provokeAll, type Provoke, type Provoked } from '../../support/result-codes.ts'
import { BASIC, BOUND } from '../../support/walk.ts'

const THUMBPRINT = 'A'.repeat(43)
const BOTH = { certificateThumbprint: THUMBPRINT, dpopKeyThumbprint: THUMBPRINT }

const refused = (resultCode: string, method: string, path: string, body?: object): Provoked =>
  gives(`400 ${resultCode}`, ({ v3 }) => v3(method, path, body))
const unknown = (resultCode: string, method: string, path: string, body?: object): Provoked =>
  gives(`404 ${resultCode}`, ({ v2 }) => v2(method, path, body))

const newClient = (resultCode: string, settings: object) =>
  refused(resultCode, 'POST', '/client/create', settings)
const listing = (resultCode: string, path: string) => refused(resultCode, 'GET', path)

const creating =
  (members: Record<string, unknown>): Provoke =>
  ({ call, client: { number: clientId } }) =>
    call('/auth/token/create', { grantType: 'AUTHORIZATION_CODE', clientId, subject: 'alice', ...members })
const newToken = (resultCode: string, members: Record<string, unknown>) =>
  gives(`BAD_REQUEST ${resultCode}`, creating(members))

const keys = (...all: object[]) => ({ jwks: JSON.stringify({ keys: all }) })

await provokeAll({
  'client-keys-too-many': newClient('A031292', keys(...Array.from({ length: 101 }, () => ({ kty: 'new' })))),
  'client-key-unsafe': newClient(
    'A031293',
    keys({ kty: 'RSA', e: 'AQ', n: Buffer.alloc(256, 0xff).toString('base64url') }),
  ),
  'client-algorithm-symmetric': newClient('A031222', { tokenAuthSignAlg: 'HS256' }),
  'client-unknown-at-delete': unknown('A026201', 'DELETE', '/client/delete/4711'),
  'client-unknown-at-get': unknown('A027201', 'GET', '/client/get/4711'),
  'client-unknown-at-update': unknown('A029201', 'POST', '/client/update/4711', {}),
  'client-unknown-at-secret-refresh': unknown('A148201', 'GET', '/client/secret/refresh/4711'),
  'client-unknown-at-secret-update': unknown('A149201', 'POST', '/client/secret/update/4711', {
    clientSecret: 's'.repeat(43),
  }),
  'list-start-malformed': listing('A028201', '/client/get/list?start=x'),
  'list-start-negative': listing('A028202', '/client/get/list?start=-1'),
  'list-end-wrong': listing('A028291', '/client/get/list?end=-1'),

  'create-grant-type-missing': newToken('A104201', { grantType: undefined }),
  'create-grant-type-refresh': newToken('A104202', { grantType: 'REFRESH_TOKEN' }),
  'create-thumbprints-combined': newToken('A104291', BOTH),
  'create-certificate-required': gives('BAD_REQUEST A104292', async (bench) => {
    const { number: clientId } = await bench.addClient(BASIC, BOUND)
    return creating({ clientId, dpopKeyThumbprint: THUMBPRINT })(bench)
  }),
  'create-key-required': gives('BAD_REQUEST A104293', async (bench) => {
    const { number: clientId } = await bench.addClient(BASIC, { dpopRequired: true, fapi2: true })
    return creating({ clientId, certificateThumbprint: THUMBPRINT })(bench)
  }),
  'create-subject-missing': newToken('A105201', { subject: undefined }),
  'create-subject-too-long': newToken('A105202', { subject: 's'.repeat(101) }),
  'create-subject-not-ascii': newToken('A105203', { subject: 'zoë' }),
  'update-thumbprints-combined': gives(
    'BAD_REQUEST A134292',
    calling('/auth/token/update', { accessToken: 'unknown', ...BOTH }),
  ),
  'update-certificate-required': gives('BAD_REQUEST A134294', async (bench) => {
    const { number: clientId } = await bench.addClient(BASIC, BOUND)
    const { accessToken } = (await creating({ clientId })(bench)).json
    return bench.call('/auth/token/update', { accessToken, dpopKeyThumbprint: THUMBPRINT })
  }),
  'update-key-required': gives('BAD_REQUEST A134295', async (bench) => {
    const client = await bench.addClient(BASIC)
    const { accessToken } = (await creating({ clientId: client.number })(bench)).json
    await bench.setClient(client, { dpopRequired: true, fapi2: true })
    return bench.call('/auth/token/update', { accessToken, certificateThumbprint: THUMBPRINT })
  }),
  'list-tokens-start-malformed': listing('A159201', '/auth/token/get/list?start=x'),
  'list-tokens-start-negative': listing('A159202', '/auth/token/get/list?start=-1'),
  'list-tokens-end-malformed': listing('A159203', '/auth/token/get/list?end=x'),
  'list-tokens-end-negative': listing('A159204', '/auth/token/get/list?end=-1'),
  'list-tokens-too-many': listing('A159205', '/auth/token/get/list?start=0&end=1001'),
})
