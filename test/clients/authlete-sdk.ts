import { Authlete } from '@authlete/typescript-sdk'
import { afterAll, expect, test } from 'vitest'
import { localSite } from '../infra/examples/authorization-server/local-site.ts'

/** The operations of `@authlete/typescript-sdk` that are offered here, by the file that drives them. */
export const DRIVEN = {
  authorization: [
    'authorization.processRequest',
    'authorization.fail',
    'authorization.management.getTicketInfo',
    'authorization.management.updateTicket',
    'pushedAuthorization.create',
  ],
  flow: [
    ...['authorization.issue', 'token.process', 'introspection.process', 'introspection.standardProcess'],
    ...['revocation.process'],
  ],
  tokens: [
    ...['token.management.create', 'token.management.update', 'token.management.delete'],
    ...['token.management.revoke', 'token.management.list', 'client.management.listAuthorizations'],
    ...['client.management.updateAuthorizations', 'client.management.deleteAuthorizations'],
    ...['client.management.getGrantedScopes', 'client.management.deleteGrantedScopes'],
  ],
  userinfo: ['userinfo.process', 'userinfo.issue'],
  management: [
    ...['service.create', 'service.get', 'service.list', 'service.update', 'service.delete'],
    ...['service.getConfiguration', 'jwkSetEndpoint.serviceJwksGetApi', 'client.create', 'client.get'],
    ...['client.list', 'client.update', 'client.delete', 'client.management.updateLockFlag'],
    ...['client.management.refreshSecret', 'client.management.updateSecret'],
    ...['client.management.getRequestableScopes', 'client.management.updateRequestableScopes'],
    'client.management.deleteRequestableScopes',
  ],
} as const

type Family = keyof typeof DRIVEN

/**
 * Opens the site of `npm start`, and two instances of Authlete's SDK, unchanged, in front of its Web API over HTTP: one
 * with the service's token, one with the organization's. Every operation that answered is in `answered`. A test file
 * calls it at its top.
 */
export async function openSdk() {
  const site = await localSite()
  afterAll(site.close)
  const { seeded, webApiUrl: serverURL } = site
  const answered = new Set<string>()
  const sdk = (bearer: string) => recorded(new Authlete({ bearer, serverURL }), [], answered)
  const [publicClient, confidentialClient] = seeded.clients
  const { clients } = site.certificates
  return {
    ...{ site, answered, publicClient, confidentialClient },
    serviceId: String(seeded.serviceId),
    /** PEM, of the development CA. */
    certificates: {
      public: clients['public-client'].cert,
      confidential: clients['confidential-client'].cert,
      stranger: clients.stranger.cert,
    },
    service: sdk(seeded.serviceAccessToken),
    organization: sdk(seeded.organizationAccessToken),
    withToken: sdk,
  }
}

export type Opened = Awaited<ReturnType<typeof openSdk>>

/** The last test of a file: all operations of its family have answered. */
export function drivesFamily(family: Family, { answered }: Opened): void {
  const expected: readonly string[] = DRIVEN[family].toSorted()
  test('every operation of the family of this file has answered', () => {
    expect([...answered].filter((name) => expected.includes(name)).toSorted()).toEqual(expected)
  })
}

/** An answer in short: `OK A050001`. */
export const told = ({
  action,
  resultCode,
}: {
  readonly action?: string | undefined
  readonly resultCode?: string | undefined
}) => [action, resultCode].filter((part) => part !== undefined).join(' ')

/** The paths of every operation, for example `client.management.updateSecret`: the SDK has getters for its parts. */
export function operationsOf(part: object, path: readonly string[] = []): string[] {
  const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(part) as object)
  return Object.entries(members).flatMap(([name, member]) => {
    if (name === 'constructor') return []
    if (typeof member.value === 'function') return [[...path, name].join('.')]
    const inner: unknown = member.get?.call(part)
    return isPart(inner) ? operationsOf(inner, [...path, name]) : []
  })
}

/** A part of the SDK has members of its own, and only those are operations. */
function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) !== Object.prototype
}

function recorded<Part extends object>(part: Part, path: readonly string[], answered: Set<string>): Part {
  return new Proxy(part, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      const named = [...path, String(name)]
      if (isPart(value) && typeof value !== 'function') return recorded(value, named, answered)
      if (typeof value !== 'function') return value
      return async (...given: unknown[]) => {
        const result: unknown = await (value as (...all: unknown[]) => unknown).apply(target, given)
        answered.add(named.join('.'))
        return result
      }
    },
  })
}
