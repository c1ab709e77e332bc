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

/** The execute-api endpoint, API Gateway's own URL of an API, must be disabled, because it bypasses mutual TLS. */
export const executeApi: Check<Account> = {
  name: 'execute-api',
  ask: async (account) => {
    const apis = await mappedApis(account)
    if (apis.length !== 1) {
      const what = `the two domains are mapped to ${apis.length} APIs (${apis.join(', ')})`
      return [fail(what, `map both to one API: ${DEPLOY}`)]
    }
    const [ApiId = ''] = apis
    const api = await account.aws.gateway.send(new GetApiCommand({ ApiId }))
    const { DisableExecuteApiEndpoint: isClosed = false, ApiEndpoint = '' } = api
    const open = fail(
      `the execute-api endpoint of the API ${ApiId} is enabled and bypasses mutual TLS`,
      `disable it: ${DEPLOY}`,
    )
    const closed = ok(`the execute-api endpoint of the API ${ApiId} is disabled`)
    return [isClosed ? closed : open, await endpointFinding(ApiEndpoint)]
  },
}

/** Whether an execute-api endpoint serves requests. A disabled one answers 404 or 403. */
async function endpointFinding(endpoint: string): Promise<Finding> {
  const reply = await ask({}, `${endpoint}/jwks`)
  if ('broken' in reply) {
    const what = `whether ${endpoint} answers (${reply.broken})`
    return skipped(what, 'repeat this on a machine that can reach it')
  }
  const status = statusOf(reply)
  if (['403', '404'].includes(status)) return ok(`${endpoint} serves no requests (${status})`)
  return fail(`${endpoint} serves requests (${status}) and bypasses mutual TLS`, `disable it: ${DEPLOY}`)
}

async function mappedApis({ aws, settings }: Account): Promise<readonly string[]> {
  const ids = new Set<string>()
  for (const { name } of [settings.mtlsDomain, settings.plainDomain]) {
    const { Items = [] } = await aws.gateway.send(new GetApiMappingsCommand({ DomainName: name }))
    for (const { ApiId } of Items) if (ApiId !== undefined) ids.add(ApiId)
    if (Items.length === 0) ids.add(`none for ${name}`)
  }
  return [...ids]
}

/** The mutual-TLS domain reads the newest version of its trust store completely, and the plain domain has no mutual TLS. */
export const domainMutualTls: Check<Account> = {
  name: 'domains',
  ask: async ({ aws, settings }) => {
    const [mtls, plain] = [settings.mtlsDomain.name, settings.plainDomain.name]
    const store = await mutualTlsOf(aws, mtls)
    const other = await mutualTlsOf(aws, plain)
    const onPlain =
      other?.TruststoreUri !== undefined &&
      fail(`${plain} requires mutual TLS, but clients without certificates use it`, DEPLOY)
    const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(store?.TruststoreUri ?? '') ?? []
    if (store === undefined || Bucket === undefined || Key === undefined) {
      return orElse([fail(`mutual TLS is off: ${mtls} has no trust store`, DEPLOY), onPlain], '')
    }
    const { VersionId: newest } = await aws.s3.send(new HeadObjectCommand({ Bucket, Key }))
    const { TruststoreVersion: version, TruststoreWarnings: warnings = [] } = store
    const versions = `version ${version ?? 'none'} of the trust store; the newest is ${newest ?? 'unversioned'}`
    return orElse(
      [
        (newest === undefined || newest !== version) &&
          fail(`${mtls} reads ${versions}`, `activate the newest version: ${DEPLOY}`),
        ...warnings.map((warning) =>
          fail(
            `API Gateway cannot read all of the trust store: ${warning}`,
            `clients with the named certificate are refused; fix it, then ${DEPLOY}`,
          ),
        ),
        onPlain,
      ],
      `${mtls} reads the newest version of its trust store`,
    )
  },
}

/** The remedy for each status in which API Gateway refuses changes of a domain (http-api-mutual-tls.html). */
const PENDING: Readonly<Record<string, string>> = {
  PENDING_OWNERSHIP_VERIFICATION:
    'the certificate of ownershipCertificateArn has expired: renew it in ACM, or set another and deploy. Until then the domain cannot get a new trust store',
  PENDING_CERTIFICATE_REIMPORT:
    'reimport a certificate into ACM whose names include the domain and are all in the certificate of ownershipCertificateArn',
}

/** Both domains can be changed, so that they can get a new trust store. */
export const domainStatus: Check<Account> = {
  name: 'domain status',
  ask: async ({ aws, settings }) => {
    const problems: Finding[] = []
    for (const { name: DomainName } of [settings.mtlsDomain, settings.plainDomain]) {
      const answer = await aws.gateway.send(new GetDomainNameCommand({ DomainName }))
      const { DomainNameStatus: status, DomainNameStatusMessage: why = '' } =
        answer.DomainNameConfigurations?.[0] ?? {}
      if (status === 'AVAILABLE') continue
      const what = `${DomainName} is ${status ?? 'in an unknown status'}${why === '' ? '' : ` (${why})`}`
      const todo = PENDING[status ?? '']
      problems.push(todo === undefined ? warn(what, 'run doctor again in a few minutes') : fail(what, todo))
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
              `the API ${Name || ApiId} caches the results of the authorizer for ${seconds ?? 0} seconds, during which a token is accepted without its certificate`,
              'set AuthorizerResultTtlInSeconds of its authorizer to 0',
            ),
          )
        }
      }
      NextToken = page.NextToken
    } while (NextToken !== undefined)
    return orElse(
      problems,
      `none of ${apis} HTTP APIs caches the results of the authorizer (REST APIs are not checked)`,
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

/** AWS's usual quota of concurrent executions. New accounts get less. All functions of an account share it. */
const USUAL_EXECUTIONS = 1000
/** The limit of one execution, even for very short requests (Lambda's quotas). */
const REQUESTS_PER_SECOND = 10

/** The account can run enough functions at the same time. */
export const concurrency: Check<Account> = {
  name: 'concurrency',
  ask: async ({ aws }) => {
    const { AccountLimit } = await aws.lambda.send(new GetAccountSettingsCommand({}))
    const executions = AccountLimit?.ConcurrentExecutions ?? 0
    const what = `the account can run ${executions} functions at the same time, so at most ${executions * REQUESTS_PER_SECOND} requests a second`
    return orElse(
      [
        executions < USUAL_EXECUTIONS &&
          warn(what, 'request more from AWS: Service Quotas, Lambda, concurrent executions'),
      ],
      what,
    )
  },
}
