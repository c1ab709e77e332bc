import { isDeepStrictEqual } from 'node:util'
import type { Service } from '../../../shared/store/service.ts'
import type { Examples } from '../../examples/examples.ts'
import { type Domains, endpoints } from '../../management/endpoints.ts'

/** The members of a service whose values are URLs of this machine. They change with its ports. */
export type Addresses = ReturnType<typeof addressesOf>

/**
 * The URLs of a service. The plain domain is the issuer, its endpoints are those of a deployment, and the front end has the pages for
 * end-users and the userinfo endpoint.
 */
export function addressesOf(domains: Domains, frontEnd: FrontEndAddresses) {
  const { authorizationEndpoint, userInfoEndpoint, frontEndMtlsUrl } = frontEnd
  const overMtls = `${frontEndMtlsUrl}/userinfo`
  const { mtlsEndpointAliases = [], ...own } = endpoints(domains)
  const userInfo = { name: 'userinfo_endpoint', uri: overMtls }
  return {
    issuer: domains.plain,
    authorizationEndpoint,
    ...own,
    userInfoEndpoint: domains.mtlsOnly ? overMtls : userInfoEndpoint,
    mtlsEndpointAliases: domains.mtlsOnly ? [] : [...mtlsEndpointAliases, userInfo],
  }
}

type FrontEndAddresses = Pick<Examples, 'authorizationEndpoint' | 'userInfoEndpoint' | 'frontEndMtlsUrl'>

/**
 * Sets the URLs of this run in a service. The issuer always depends on the port. Another member is kept if it was changed since the last
 * run.
 *
 * @param last the URLs that the last run has set
 */
export function withAddresses(service: Service, now: Addresses, last: Partial<Addresses>): Service {
  const own = Object.entries(now).filter(([member]) => {
    const name = member as keyof Addresses
    return name === 'issuer' || isUnset(service[name]) || isDeepStrictEqual(service[name], last[name])
  })
  return { ...service, ...Object.fromEntries(own) }
}

const isUnset = (value: unknown): boolean => value === undefined || isDeepStrictEqual(value, [])
