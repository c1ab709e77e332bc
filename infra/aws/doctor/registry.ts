import { X509Certificate } from 'node:crypto'
import { trustsAnyIssuer } from '../../../shared/store/profile.ts'
import { canIssue } from '../../../shared/certificate/path/can-issue.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import type { Client } from '../../../shared/store/client.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import { requiredBinding } from '../../../shared/possession/token-binding.ts'
import { certificatesOf, REPLACE_CERTIFICATE } from '../../truststore/issuing-clients.ts'
import { dateProblem, isIn, subjectOf } from '../../truststore/truststore.ts'
import { type Check, fail, type Finding, orElse, warn } from './check.ts'

/** The data for other checks was read. */
export const reading: Check = {
  name: 'reading',
  ask: ({ unread: { registry, truststore } }) => {
    const problem = (what: string, why: string) =>
      fail(`${what}: ${why}`, 'fix this first: checks below need it')
    return orElse(
      [
        registry !== undefined && problem('the registry cannot be read', registry),
        truststore !== undefined && problem('the trust store cannot be read', truststore),
      ],
      'the registry and the trust store were read',
    )
  },
}

/** The service exists, and binds its tokens and those of every client to certificates or keys. */
export const binding: Check = {
  name: 'binding',
  needs: ['registry'],
  ask: ({ service, clients }) => {
    if (service === undefined) return [fail('the registry contains no service', 'npm run provision')]
    if (!settingsOf(service).tlsClientCertificateBoundAccessTokens) {
      const todo = 'set tlsClientCertificateBoundAccessTokens of the service'
      return [warn('tokens are not bound, so a thief of one can use it', todo)]
    }
    const unbound = clients.filter(
      (client) => !client.dpopRequired && requiredBinding(service, client) === undefined,
    )
    return orElse(
      findingFor(unbound, (names) =>
        warn(
          `the service binds tokens, but not those of ${names}, so a thief of one can use it`,
          'set tlsClientCertificateBoundAccessTokens, or dpopRequired if the client cannot present a certificate',
        ),
      ),
      `tokens of the service and of ${clients.length} clients are bound`,
    )
  },
}

/**
 * If authorization requests must be pushed, as with `fapi2`, the deployment does not record which clients do so. The operator marks such a
 * client with its own `parRequired`.
 */
export const pushedRequests: Check = {
  name: 'pushed requests',
  needs: ['service'],
  ask: ({ service, clients }) => {
    const held = clients.filter((client) => service && settingsOf(service, client).parRequired)
    const plain = held.filter(
      ({ grantTypes, redirectUris, parRequired }) =>
        grantTypes.includes('AUTHORIZATION_CODE') && redirectUris.length > 0 && !parRequired,
    )
    return orElse(
      findingFor(plain, (names) =>
        warn(
          `the authorization requests of ${names} are refused unless they are pushed`,
          'make sure that the client pushes them (RFC 9126, /par), then set parRequired of the client',
        ),
      ),
      'all clients that must push authorization requests are marked with parRequired',
    )
  },
}

/** The number and name of a client, for a message. */
export function clientLabel({ clientId, clientName, clientIdAlias }: Client): string {
  const name = clientName ?? clientIdAlias
  return name === undefined ? `client ${clientId}` : `client ${clientId} (${name})`
}

const MAX_NAMES = 10

/** Makes one finding for all clients, because hundreds of similar lines would hide others. */
export function findingFor(clients: readonly Client[], find: (names: string) => Finding): Finding[] {
  if (clients.length === 0) return []
  const names = clients.slice(0, MAX_NAMES).map(clientLabel).join(', ')
  const more = clients.length - MAX_NAMES
  return [find(more > 0 ? `${names} and ${more} more` : names)]
}

/** No certificate of the trust store has expired or will expire soon. */
export const trustedDates: Check = {
  name: 'trust store dates',
  needs: ['truststore'],
  ask: ({ truststore, now }) =>
    orElse(
      truststore.flatMap((certificate) => {
        const whose = `${subjectOf(certificate)} of the trust store`
        return dateFindings(certificate, now(), whose, 'add its successor: npm run deploy')
      }),
      `certificates of the trust store that are valid for 30 days and more: ${truststore.length}`,
    ),
}

/** Self-signed certificates that clients have registered are in the trust store, and do not expire soon. */
export const registered: Check = {
  name: 'registered certificates',
  needs: ['registry', 'truststore'],
  ask: ({ clients, truststore, now }) => {
    const all = clients.flatMap((client) =>
      certificatesOf(client).map((certificate) => ({ whose: clientLabel(client), certificate })),
    )
    const problems = all.flatMap(({ whose, certificate }) => [
      ...dateFindings(
        certificate,
        now(),
        `the certificate that ${whose} has registered`,
        'register its successor as well, and add that to the trust store: npm run deploy',
      ),
      !isIn(certificate, truststore) &&
        fail(
          `the self-signed certificate of ${whose} is not in the trust store, so API Gateway refuses the client`,
          'add the certificate itself to the trust store: npm run deploy',
        ),
    ])
    return orElse(problems, `${all.length} registered certificates are trusted and do not expire soon`)
  },
}

/** No client has registered a certificate that can issue others. This was allowed before the service offered `TLS_CLIENT_AUTH`. */
export const clientCertificates: Check = {
  name: 'client certificates',
  needs: ['service', 'truststore'],
  ask: async ({ clients, truststore, service }) => {
    const problems: Finding[] = []
    for (const client of clients) {
      for (const certificate of certificatesOf(client)) {
        if (!(await canIssue(certificate.raw))) continue
        const isTrusted = isIn(certificate, truststore)
        const isOpen = isTrusted && service !== undefined && trustsAnyIssuer(service)
        const what = `${clientLabel(client)} has registered a certificate that can issue others`
        const harm = isTrusted
          ? 'and the trust store contains it, so its holder can assume any name'
          : 'but it is not trusted'
        problems.push((isOpen ? fail : warn)(`${what}, ${harm}`, REPLACE_CERTIFICATE))
      }
    }
    return orElse(problems, 'no client has registered a certificate that can issue others')
  },
}

/** No client authenticates with a short secret that its owner chose. */
export const clientSecrets: Check = {
  name: 'client secrets',
  needs: ['registry'],
  ask: ({ clients }) => {
    const weak = clients.filter(
      (client) =>
        client.weakSecret === true && AUTHENTICATION_METHODS[client.tokenAuthMethod].needs === 'secret',
    )
    const todo = 'generate a new one: GET /client/secret/refresh/{clientId}'
    return orElse(
      findingFor(weak, (names) => warn(`the secret of ${names} is short, so an attacker may guess it`, todo)),
      'no client has a short secret',
    )
  },
}

function dateFindings(certificate: X509Certificate, now: Date, whose: string, todo: string): Finding[] {
  const problem = dateProblem(certificate, now)
  if (problem === undefined) return []
  return [(problem.warning ? warn : fail)(`${whose} ${problem.text}`, todo)]
}
