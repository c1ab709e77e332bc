import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { TOKEN_MANAGEMENT } from '../../../shared/refusal/token-management.ts'
import { tokensOf } from '../../support/answers.ts'
import { BASIC, BOUND } from '../../support/walk.ts'
import { calling, provokeAll, type Provoke, type Provoked, gives } from '../../support/result-codes.ts'

const THUMBPRINT = 'A'.repeat(43)
const LARGE = [{ key: 'k', value: 'v'.repeat(20_000) }]

const creating =
  (members: Record<string, unknown>): Provoke =>
  ({ call, client }) =>
    call('/auth/token/create', {
      grantType: 'AUTHORIZATION_CODE',
      clientId: client.number,
      subject: 'alice',
      ...members,
    })

const refusing = (resultCode: string, members: Record<string, unknown>): Provoked => [
  `BAD_REQUEST ${resultCode}`,
  creating(members),
]

const listing = (resultCode: string, query: string): Provoked => [
  `400 ${resultCode}`,
  ({ v3 }) => v3('GET', `/auth/token/get/list?${query}`),
]

await provokeAll('token-management-refusals.test.ts', TOKEN_MANAGEMENT, {
  'create-grant-type-missing': refusing('A104201', { grantType: undefined }),
  'create-grant-type-refresh': refusing('A104202', { grantType: 'REFRESH_TOKEN' }),
  'create-grant-type-unsupported': refusing('A104203', { grantType: 'PASSWORD' }),
  'create-thumbprints-combined': refusing('A104291', {
    certificateThumbprint: THUMBPRINT,
    dpopKeyThumbprint: THUMBPRINT,
  }),
  'create-certificate-required': gives('BAD_REQUEST A104292', async (bench) => {
    const { number: clientId } = await bench.addClient(BASIC, BOUND)
    return creating({ clientId, dpopKeyThumbprint: THUMBPRINT })(bench)
  }),
  'create-key-required': gives('BAD_REQUEST A104293', async (bench) => {
    const { number: clientId } = await bench.addClient(BASIC, { dpopRequired: true, fapi2: true })
    return creating({ clientId, certificateThumbprint: THUMBPRINT })(bench)
  }),
  'create-subject-missing': refusing('A105201', { subject: undefined }),
  'create-subject-too-long': refusing('A105202', { subject: 's'.repeat(101) }),
  'create-subject-not-ascii': refusing('A105203', { subject: 'zoë' }),
  'create-subject-is-client': gives('BAD_REQUEST A105291', (bench) =>
    creating({ subject: bench.client.id })(bench),
  ),
  'create-scope-unsupported': refusing('A106201', { scopes: ['unknown'] }),
  'create-resource-malformed': refusing('A106291', { resources: ['rs.example.com'] }),
  'create-client-unknown': refusing('A107201', { clientId: 4711 }),
  'create-client-locked': gives('BAD_REQUEST A107203', async (bench) => {
    await bench.v3('POST', `/client/lock_flag/update/${bench.client.id}`, { clientLocked: true })
    return creating({})(bench)
  }),
  'create-properties-too-big': refusing('A108201', { properties: LARGE }),
  'update-token-missing': gives('BAD_REQUEST A134201', calling('/auth/token/update', {})),
  'update-token-unknown': gives(
    'NOT_FOUND A134202',
    calling('/auth/token/update', { accessToken: 'unknown' }),
  ),
  'update-properties-too-big': gives('BAD_REQUEST A134291', async ({ call, credentials, client }) =>
    call('/auth/token/update', {
      accessToken: tokensOf(await credentials(client)).access,
      properties: LARGE,
    }),
  ),
  'update-thumbprints-combined': gives(
    'BAD_REQUEST A134292',
    calling('/auth/token/update', {
      accessToken: 'unknown',
      certificateThumbprint: THUMBPRINT,
      dpopKeyThumbprint: THUMBPRINT,
    }),
  ),
  'update-binding-kind': gives('BAD_REQUEST A134293', async (bench) => {
    const { json } = await creating({ certificateThumbprint: THUMBPRINT })(bench)
    const accessToken = json['accessToken']
    return bench.call('/auth/token/update', { accessToken, dpopKeyThumbprint: THUMBPRINT })
  }),
  'update-certificate-required': gives('BAD_REQUEST A134294', async (bench) => {
    const client = await bench.addClient(BASIC, BOUND)
    const { json } = await creating({ clientId: client.number })(bench)
    const accessToken = json['accessToken']
    return bench.call('/auth/token/update', { accessToken, dpopKeyThumbprint: THUMBPRINT })
  }),
  'update-key-required': gives('BAD_REQUEST A134295', async (bench) => {
    const client = await bench.addClient(BASIC)
    const { accessToken } = (await creating({ clientId: client.number })(bench)).json
    await bench.setClient(client, { dpopRequired: true, fapi2: true })
    return bench.call('/auth/token/update', { accessToken, certificateThumbprint: THUMBPRINT })
  }),
  'revoke-nothing-named': gives('400 A135291', calling('/auth/token/revoke', {})),
  'revoke-unfinished': gives('503 A135191', async ({ proxy, runtime, call }) => {
    proxy.fate = (passing, forward) => {
      if (passing.operation === 'Query') runtime.clock.now = addSeconds(runtime.clock.now, 60)
      return forward()
    }
    return call('/auth/token/revoke', { subject: 'alice' })
  }),
  'authorizations-subject-missing': gives('400 A137202', ({ v3, client }) =>
    v3('DELETE', `/client/authorization/delete/${client.id}`),
  ),
  'list-tokens-start-malformed': listing('A159201', 'start=x'),
  'list-tokens-start-negative': listing('A159202', 'start=-1'),
  'list-tokens-end-malformed': listing('A159203', 'end=x'),
  'list-tokens-end-negative': listing('A159204', 'end=-1'),
  'list-tokens-too-many': listing('A159205', 'start=0&end=1001'),
})
