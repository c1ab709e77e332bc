import { describe, expect, test } from 'vitest'
import { failure } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { v3 } = await testManagement()

describe('a setting of a service', () => {
  test.each([
    [{ supportedGrantTypes: ['PASSWORD'] }, 'A039292', 'supportedGrantTypes'],
    [{ supportedResponseTypes: ['TOKEN'] }, 'A039292', 'supportedResponseTypes'],
    [{ supportedTokenAuthMethods: ['CLIENT_SECRET_JWT'] }, 'A039292', 'supportedTokenAuthMethods'],
    [{ supportedDisplays: ['WALL'] }, 'A039292', 'supportedDisplays'],
    [
      { supportedIntrospectionAuthMethods: ['CLIENT_SECRET_JWT'] },
      'A039292',
      'supportedIntrospectionAuthMethods',
    ],
    [{ supportedServiceProfiles: ['FAPI'] }, 'A039291', 'supportedServiceProfiles'],
    [{ accessTokenSignAlg: 'HS256' }, 'A039292', 'accessTokenSignAlg'],
    [{ accessTokenSignAlg: 'ES256' }, 'A039295', 'accessTokenSignAlg'],
    [{ accessTokenSignatureKeyId: 'none' }, 'A039295', 'accessTokenSignatureKeyId'],
    [{ issuer: null }, 'A039694', 'issuer'],
    [{ issuer: 'http://as.example.com' }, 'A039292', 'issuer'],
    [{ issuer: 'https://as.example.com/?a' }, 'A039292', 'issuer'],
    [{ issuer: 'as.example.com' }, 'A039292', 'issuer'],
    [{ tokenEndpoint: '/token' }, 'A039292', 'tokenEndpoint'],
    [{ accessTokenPersistent: true }, 'A039291', 'accessTokenPersistent'],
    [{ mutualTlsValidatePkiCertChain: true }, 'A039297', 'mutualTlsValidatePkiCertChain'],
    [{ requestObjectRequired: true }, 'A039291', 'requestObjectRequired'],
    [{ pushedAuthReqDuration: -1 }, 'A039292', 'pushedAuthReqDuration'],
    [{ pushedAuthReqEndpoint: '/par' }, 'A039292', 'pushedAuthReqEndpoint'],
    [{ accessTokenDuration: -5 }, 'A039292', 'accessTokenDuration'],
    [{ accessTokenDuration: '5' }, 'A001294', 'accessTokenDuration'],
    [{ pkceRequired: 'true' }, 'A001294', 'pkceRequired'],
    [{ supportedScopes: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] }, 'A039203', '2'],
    [{ supportedScopes: [{ name: 'a' }, {}] }, 'A039204', '1'],
    [{ supportedScopes: [{ name: null }] }, 'A039204', '0'],
    [{ supportedScopes: [{ name: 'a b' }] }, 'A039206', '0'],
    [{ supportedScopes: [{ name: 'a"' }] }, 'A039206', '0'],
    [
      { supportedScopes: [{ name: 'a', attributes: [{ key: 'regex', value: '^a$' }] }] },
      'A039291',
      'supportedScopes.attributes',
    ],
  ])('updating a service with %j is refused with %s', async (body, code, named) => {
    const answer = await v3('POST', '/service/update', body)
    expect(failure(answer)).toBe(`400 ${code}`)
    expect(answer.json['resultMessage']).toContain(`'${named}'`)
  })
})
