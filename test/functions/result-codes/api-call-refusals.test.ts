import { API_CALL } from '../../../shared/refusal/api-call.ts'
import { cut, fault } from '../../support/cutting-proxy.ts'
import { basic, OWNER_KEY, OWNER_SECRET } from '../../support/management.ts'
import { calling, provokeAll, gives, invalidRequest } from '../../support/result-codes.ts'

const LIST = '/client/get/list'

await provokeAll('api-call-refusals.test.ts', API_CALL, {
  'credentials-missing': gives('401 A001202', ({ v3 }) => v3('GET', LIST, undefined, {})),
  'credentials-malformed': gives('401 A001203', ({ v3 }) =>
    v3('GET', LIST, undefined, { authorization: 'Digest x' }),
  ),
  'service-unknown': gives('401 A003201', ({ api }) =>
    api('GET', `/api${LIST}`, undefined, basic('4711', 'secret')),
  ),
  'service-secret-wrong': gives('401 A003204', ({ api, serviceId }) =>
    api('GET', `/api${LIST}`, undefined, basic(serviceId, 'secret')),
  ),
  'bearer-invalid': gives('401 A458101', ({ v3 }) =>
    v3('GET', LIST, undefined, { authorization: 'Bearer x' }),
  ),
  'role-too-small': gives('403 A001291', ({ v3, secrets }) =>
    v3('GET', LIST, undefined, { authorization: `Bearer ${secrets.runtime}` }),
  ),
  'body-malformed': gives('400 A001292', calling('/auth/token', '{')),
  'body-too-large': gives('400 A001293', calling('/auth/token', `{"a":"${'x'.repeat(300_000)}"}`)),
  'member-wrong': gives('400 A001294', calling('/auth/token', { parameters: 1 })),
  'member-refused': gives(
    '400 A001297',
    calling('/auth/token', { parameters: 'grant_type=x', accessToken: 'my own' }),
  ),
  'name-reserved': gives('400 A001298', ({ call }) =>
    call('/auth/token', { parameters: 'grant_type=x', properties: [{ key: 'iss', value: 'x' }] }),
  ),
  'method-wrong': gives('405 A001296', ({ v3 }) => v3('GET', '/client/create')),
  'api-not-offered': gives('404 A001295', ({ v3 }) => v3('POST', '/nothing/of/authlete', {})),
  'authlete-api-not-offered': invalidRequest('A001391', calling('/device/authorization', {})),
  'owner-unknown': gives('401 A002201', ({ api }) =>
    api('POST', '/api/service/create', {}, basic('4711', OWNER_SECRET)),
  ),
  'owner-secret-wrong': gives('401 A002205', ({ api }) =>
    api('POST', '/api/service/create', {}, basic(OWNER_KEY, 'secret')),
  ),
  'api-client-unknown': gives('404 A001218', ({ v3 }) => v3('GET', '/client/get/nobody')),
  'api-client-number-unknown': gives('404 A001212', ({ v3 }) => v3('GET', '/client/get/4711')),
  'api-service-unknown': gives('404 A037201', ({ api }) =>
    api('GET', '/api/service/get/4711', undefined, basic(OWNER_KEY, OWNER_SECRET)),
  ),
  'private-keys-withheld': gives('403 A001217', ({ v3 }) =>
    v3('GET', '/service/jwks/get?includePrivateKeys=true'),
  ),
  internal: gives('500 A001101', ({ proxy, introspect }) => {
    proxy.fate = fault(400, 'ValidationException')
    return introspect('A'.repeat(72))
  }),
  unavailable: gives('503 A001191', ({ proxy, introspect }) => {
    proxy.fate = cut
    return introspect('A'.repeat(72))
  }),
  'service-absent': gives('503 temporarily_unavailable', async ({ v3, post }) => {
    await v3('DELETE', '/service/delete')
    return post('/token', { grant_type: 'client_credentials' })
  }),
})
