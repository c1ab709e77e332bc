import { isDeepStrictEqual } from 'node:util'
import type { Service } from '../../../shared/store/service.ts'
import type { Examples } from '../../examples/examples.ts'
import { type Domains, endpoints } from '../../management/endpoints.ts'

/** The members of a service whose values are addresses of this machine. They change with its ports. */
export type Addresses = ReturnType<typeof addressesOf>

/**
 * The plain domain is the issuer, its endpoints are those of a deployment, and the front end has the pages for end-users and the userinfo
 * endpoint.
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
 * The service with the addresses of this run. The issuer always follows the port. Of the others, one that somebody has set since
 * the last run stays.
 *
 * @param last what the last run has set
 */
export function withAddresses(service: Service, now: Addresses, last: Partial<Addresses>): Service {
  const own = Object.entries(now).filter(([member]) => {
    const name = member as keyof Addresses
    return name === 'issuer' || isUnset(service[name]) || isDeepStrictEqual(service[name], last[name])
  })
  return { ...service, ...Object.fromEntries(own) }
}

const isUnset = (value: unknown): boolean => value === undefined || isDeepStrictEqual(value, [])
