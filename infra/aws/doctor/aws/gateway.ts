import {
  GetApiCommand,
  GetApiMappingsCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { ask } from '../ask.ts'
import { type Check, fail, type Finding, orElse } from '../finding.ts'
import type { Account } from './account.ts'

const DEPLOY = 'npm run deploy'

/** Nobody gets around mutual TLS by the address that API Gateway itself gives an API. */
export const executeApi = ({ clients: { gateway }, settings }: Account): Check => ({
  name: 'execute-api',
  ask: async (inspected) => {
    const apis = await mappedApis({ clients: { gateway }, settings })
    if (apis.length !== 1) {
      return [
        fail(
          `the two domains lead to ${apis.length} APIs (${apis.join(', ')})`,
          `map both to the one API: ${DEPLOY}`,
        ),
      ]
    }
    const [ApiId = ''] = apis
    const { DisableExecuteApiEndpoint, ApiEndpoint = '' } = await gateway.send(new GetApiCommand({ ApiId }))
    const outcome = await ask(inspected, `${ApiEndpoint}/jwks`)
    const answers = !('broken' in outcome) && outcome.status === 200
    const findings: Finding[] = []
    if (DisableExecuteApiEndpoint !== true) {
      findings.push(
        fail(
          `the execute-api endpoint of the API ${ApiId} is open: a way around mutual TLS`,
          `close it: ${DEPLOY}`,
        ),
      )
    }
    if (answers) findings.push(fail(`${ApiEndpoint} answers: a way around mutual TLS`, `close it: ${DEPLOY}`))
    return orElse(findings, 'the execute-api endpoint is closed')
  },
})

async function mappedApis({
  clients: { gateway },
  settings,
}: Pick<Account, 'settings'> & { clients: Pick<Account['clients'], 'gateway'> }) {
  const ids = new Set<string>()
  for (const { name } of [settings.mtlsDomain, settings.plainDomain]) {
    const { Items = [] } = await gateway.send(new GetApiMappingsCommand({ DomainName: name }))
    for (const { ApiId } of Items) if (ApiId !== undefined) ids.add(ApiId)
    if (Items.length === 0) ids.add(`none at ${name}`)
  }
  return [...ids]
}

/** The mutual-TLS domain reads the newest version of its trust store, and can read all of it; the plain one has none. */
export const domains = ({ clients: { gateway, s3 }, settings }: Account): Check => ({
  name: 'domains',
  ask: async () => {
    const [mtls, plain] = [settings.mtlsDomain.name, settings.plainDomain.name]
    const { MutualTlsAuthentication: store } = await gateway.send(
      new GetDomainNameCommand({ DomainName: mtls }),
    )
    const { MutualTlsAuthentication: other } = await gateway.send(
      new GetDomainNameCommand({ DomainName: plain }),
    )
    const onPlain =
      other?.TruststoreUri === undefined
        ? []
        : [fail(`${plain} has mutual TLS, and is the domain for everyone`, DEPLOY)]
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(store?.TruststoreUri ?? '') ?? []
    if (store === undefined || Bucket === undefined || Key === undefined) {
      return [fail(`mutual TLS is off: ${mtls} has no trust store`, DEPLOY), ...onPlain]
    }
    const { VersionId } = await s3.send(new HeadObjectCommand({ Bucket, Key }))
    const stale = VersionId === undefined || VersionId !== store.TruststoreVersion
    return orElse(
      [
        ...(stale
          ? [
              fail(
                `${mtls} reads version ${store.TruststoreVersion ?? 'none'} of the trust store, the newest is ${VersionId ?? 'without a version'}`,
                `let it read the newest: ${DEPLOY}`,
              ),
            ]
          : []),
        ...(store.TruststoreWarnings ?? []).map((warning) =>
          fail(
            `API Gateway cannot read all of the trust store: ${warning}`,
            `mend the certificate it names, whose clients are refused, and ${DEPLOY}`,
          ),
        ),
        ...onPlain,
      ],
      `${mtls} reads the newest version of its trust store`,
    )
  },
})

/** What one certificate is allowed must not be remembered for another (RFC 8705 section 3). */
export const authorizers = ({ clients: { gateway }, settings }: Account): Check => ({
  name: 'authorizer',
  ask: async () => {
    const findings: Finding[] = []
    let NextToken: string | undefined
    do {
      const { Items = [], NextToken: next } = await gateway.send(new GetApisCommand({ NextToken }))
      for (const { ApiId = '', Name = '' } of Items) {
        const { Items: all = [] } = await gateway.send(
          new GetAuthorizersCommand({ ApiId, MaxResults: '500' }),
        )
        const cached = all.filter(
          ({ AuthorizerUri = '', AuthorizerResultTtlInSeconds: seconds = 0 }) =>
            AuthorizerUri.includes(`:function:certbound-${settings.stage}-authorizer`) && seconds > 0,
        )
        for (const { AuthorizerResultTtlInSeconds: seconds } of cached) {
          findings.push(
            fail(
              `the API ${Name || ApiId} remembers what the authorizer has said for ${seconds ?? 0} seconds: whoever has the token then needs no certificate`,
              'set AuthorizerResultTtlInSeconds of its authorizer to 0',
            ),
          )
        }
      }
      NextToken = next
    } while (NextToken !== undefined)
    return orElse(
      findings,
      'no HTTP API remembers what the authorizer has said (REST APIs are not looked at)',
    )
  },
})
