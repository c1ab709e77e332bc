import {
  type Authorizer,
  GetApiCommand,
  GetApiMappingsCommand,
  GetApisCommand,
  GetAuthorizersCommand,
  GetDomainNameCommand,
} from '@aws-sdk/client-apigatewayv2'
import { GetAccountSettingsCommand } from '@aws-sdk/client-lambda'
import { HeadObjectCommand } from '@aws-sdk/client-s3'
import { mutualTlsOf } from '../deployment/domain-update.ts'
import { ask, statusOf } from './ask.ts'
import { type Account, type Check, fail, type Finding, ok, orElse, skipped, warn } from './check.ts'

const DEPLOY = 'npm run deploy'

/** The address that API Gateway itself gives an API must be closed: it would bypass mutual TLS. */
export const executeApi: Check<Account> = {
  name: 'execute-api',
  ask: async (account) => {
    const apis = await mappedApis(account)
    if (apis.length !== 1) {
      const what = `the two domains lead to ${apis.length} APIs (${apis.join(', ')})`
      return [fail(what, `map both to the one API: ${DEPLOY}`)]
    }
    const [ApiId = ''] = apis
    const api = await account.aws.gateway.send(new GetApiCommand({ ApiId }))
    const { DisableExecuteApiEndpoint: isClosed = false, ApiEndpoint = '' } = api
    const open = fail(
      `the execute-api endpoint of the API ${ApiId} is open: it bypasses mutual TLS`,
      `close it: ${DEPLOY}`,
    )
    const closed = ok(`the execute-api endpoint of the API ${ApiId} is closed`)
    return [isClosed ? closed : open, await reached(ApiEndpoint)]
  },
}

/** Whether anything answers at an execute-api endpoint: a closed one answers 404, or 403. */
async function reached(endpoint: string): Promise<Finding> {
  const reply = await ask({}, `${endpoint}/jwks`)
  if ('broken' in reply) {
    const what = `whether ${endpoint} answers (${reply.broken})`
    return skipped(what, 'ask from a machine that reaches it')
  }
  const status = statusOf(reply)
  if (['403', '404'].includes(status)) return ok(`${endpoint} answers nobody (${status})`)
  return fail(`${endpoint} answers (${status}): it bypasses mutual TLS`, `close it: ${DEPLOY}`)
}

async function mappedApis({ aws, settings }: Account): Promise<readonly string[]> {
  const ids = new Set<string>()
  for (const { name } of [settings.mtlsDomain, settings.plainDomain]) {
    const { Items = [] } = await aws.gateway.send(new GetApiMappingsCommand({ DomainName: name }))
    for (const { ApiId } of Items) if (ApiId !== undefined) ids.add(ApiId)
    if (Items.length === 0) ids.add(`none at ${name}`)
  }
  return [...ids]
}

/** The mutual-TLS domain reads the newest version of its trust store completely, and the plain domain has no mutual TLS. */
export const domains: Check<Account> = {
  name: 'domains',
  ask: async ({ aws, settings }) => {
    const [mtls, plain] = [settings.mtlsDomain.name, settings.plainDomain.name]
    const store = await mutualTlsOf(aws, mtls)
    const other = await mutualTlsOf(aws, plain)
    const onPlain =
      other?.TruststoreUri !== undefined &&
      fail(`${plain} has mutual TLS, but is the domain for everyone`, DEPLOY)
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(store?.TruststoreUri ?? '') ?? []
    if (store === undefined || Bucket === undefined || Key === undefined) {
      return orElse([fail(`mutual TLS is off: ${mtls} has no trust store`, DEPLOY), onPlain], '')
    }
    const { VersionId: newest } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key }))
    const { TruststoreVersion: version, TruststoreWarnings: warnings = [] } = store
    const versions = `version ${version ?? 'none'} of the trust store, the newest is ${newest ?? 'without a version'}`
    return orElse(
      [
        (newest === undefined || newest !== version) &&
          fail(`${mtls} reads ${versions}`, `let it read the newest: ${DEPLOY}`),
        ...warnings.map((warning) =>
          fail(
            `API Gateway cannot read all of the trust store: ${warning}`,
            `mend the certificate that it names, whose clients are refused, then ${DEPLOY}`,
          ),
        ),
        onPlain,
      ],
      `${mtls} reads the newest version of its trust store`,
    )
  },
}

/** What mends a domain that API Gateway keeps from being changed (http-api-mutual-tls.html). */
const PENDING: Readonly<Record<string, string>> = {
  PENDING_OWNERSHIP_VERIFICATION:
    'the certificate of ownershipCertificateArn has expired: renew it in ACM, or name another and deploy. Until then no new trust store reaches the domain',
  PENDING_CERTIFICATE_REIMPORT:
    'import a certificate into ACM again whose names include the domain and are all in the certificate of ownershipCertificateArn',
}

/** Both domains can be changed, so that a new trust store reaches them. */
export const domainStatus: Check<Account> = {
  name: 'domain status',
  ask: async ({ aws, settings }) => {
    const problems: Finding[] = []
    for (const { name: DomainName } of [settings.mtlsDomain, settings.plainDomain]) {
      const answer = await aws.gateway.send(new GetDomainNameCommand({ DomainName }))
      const { DomainNameStatus: status, DomainNameStatusMessage: why = '' } =
        answer.DomainNameConfigurations?.[0] ?? {}
      if (status === 'AVAILABLE') continue
      const what = `${DomainName} is ${status ?? 'in no known status'}${why === '' ? '' : ` (${why})`}`
      const todo = PENDING[status ?? '']
      problems.push(todo === undefined ? warn(what, 'wait some minutes, and ask again') : fail(what, todo))
    }
    return orElse(problems, 'both domains can be changed')
  },
}

/** A result for one certificate must not be cached and used for another (RFC 8705 section 3). */
export const authorizers: Check<Account> = {
  name: 'authorizer',
  ask: async (account) => {
    const problems: Finding[] = []
    let NextToken: string | undefined
    let apis = 0
    do {
      const page = await account.aws.gateway.send(new GetApisCommand({ NextToken }))
      for (const { ApiId = '', Name = '' } of page.Items ?? []) {
        apis++
        for (const { AuthorizerResultTtlInSeconds: seconds } of await cachedAuthorizers(ApiId, account)) {
          problems.push(
            fail(
              `the API ${Name || ApiId} caches the authorizer's results for ${seconds ?? 0} seconds, in which a token works without its certificate`,
              'set AuthorizerResultTtlInSeconds of its authorizer to 0',
            ),
          )
        }
      }
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    return orElse(
      problems,
      `none of ${apis} HTTP APIs caches the authorizer's results (REST APIs are not checked)`,
    )
  },
}

async function cachedAuthorizers(ApiId: string, { aws, settings }: Account): Promise<readonly Authorizer[]> {
  const { Items = [] } = await aws.gateway.send(new GetAuthorizersCommand({ ApiId, MaxResults: '500' }))
  return Items.filter(
    ({ AuthorizerUri = '', AuthorizerResultTtlInSeconds: seconds = 0 }) =>
      AuthorizerUri.includes(`:function:certbound-${settings.stage}-authorizer`) && seconds > 0,
  )
}

/** AWS gives new accounts less, and every function of the account shares it. */
const USUAL_EXECUTIONS = 1000
/** Of one execution, however short its requests are (Lambda's quotas). */
const REQUESTS_A_SECOND = 10

/** The account can run enough functions at once. */
export const concurrency: Check<Account> = {
  name: 'concurrency',
  ask: async ({ aws }) => {
    const { AccountLimit } = await aws.lambda.send(new GetAccountSettingsCommand({}))
    const executions = AccountLimit?.ConcurrentExecutions ?? 0
    const what = `the account runs ${executions} functions at once, so ${executions * REQUESTS_A_SECOND} requests a second at most`
    return orElse(
      [
        executions < USUAL_EXECUTIONS &&
          warn(what, 'ask AWS for more: Service Quotas, Lambda, concurrent executions'),
      ],
      what,
    )
  },
}
