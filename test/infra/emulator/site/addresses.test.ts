import { expect, test } from 'vitest'
import { addressesOf, withAddresses } from '../../../../infra/emulator/site/addresses.ts'
import { Service } from '../../../../shared/store/service.ts'

const mtls = 'https://localhost:1'
const frontEnd = (port: number) => ({
  authorizationEndpoint: `https://localhost:${port}/login`,
  userInfoEndpoint: `https://localhost:${port}/userinfo`,
  frontEndMtlsUrl: `https://localhost:${port + 100}`,
})
const before = addressesOf({ mtls, plain: 'https://localhost:2', mtlsOnly: false }, frontEnd(3))
const now = addressesOf({ mtls, plain: 'https://localhost:4', mtlsOnly: false }, frontEnd(5))
const service = (members: object) => Service.parse({ apiKey: 1, credentials: [], ...members })

test('a service whose issuer was the mutual-TLS domain gets the plain domain as its issuer, with aliases and a login', () => {
  const old = service({ issuer: mtls, serviceName: 'kept' })
  expect(withAddresses(old, now, {})).toEqual({ ...old, ...now })
})

test('the addresses of the last run follow the ports of this run, and an address of somebody else stays', () => {
  const own = { tokenEndpoint: 'https://as.example.com/token' }
  const old = service({ ...before, ...own })
  expect(withAddresses(old, now, before)).toEqual({ ...old, ...now, ...own })
})

test('a service has no aliases after a run with OAuth only on the mutual-TLS domain, and has them again after the next', () => {
  const only = addressesOf({ mtls, plain: 'https://localhost:2', mtlsOnly: true }, frontEnd(3))
  const alone = withAddresses(service(before), only, before)
  expect(alone).toMatchObject({ mtlsEndpointAliases: [], tokenEndpoint: `${mtls}/token` })
  expect(alone.userInfoEndpoint).toBe('https://localhost:103/userinfo')
  expect(withAddresses(alone, before, only)).toEqual(service(before))
})
