import { X509Certificate } from 'node:crypto'
import { afterAll, beforeEach } from 'vitest'
import { deployedFunctions } from '../../infra/emulator/site/deployed-functions.ts'
import { mutualTlsEdge, plainEdge, plainTlsEdge } from '../../infra/emulator/edge/edge.ts'
import { mutualTlsServer } from '../../infra/examples/authorization-server/mutual-tls.ts'
import { resourceServer } from '../../infra/examples/authorization-server/resource-server.ts'
import { webApiClient } from '../../infra/examples/authorization-server/web-api-client.ts'
import { BCP_195, type MutualTls } from '../../infra/connections/mutual-tls.ts'
import { listen, type Listening } from '../../infra/connections/listen.ts'
import { TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { API_IDS, MTLS_DOMAIN, runWithMachine } from '../support/fixed-runtime.ts'
import { testRuntime } from '../support/test-runtime.ts'
import { tlsFetch } from '../support/tls-fetch.ts'
import { openWalk } from '../support/walk.ts'

const TRUSTSTORE = ['ca-root', 'ca-issuing', 'ca-other-root', 'self-signed-ec']
/**
 * Opens a deployment as its clients see it, on this machine: an issuer on a plain HTTPS domain whose metadata has aliases on
 * a mutual-TLS domain, both over the deployed functions, and a resource server that asks the Web API. A test file
 * calls it at its top, and the deployment closes after the last test.
 */
export async function openDeployment({ policy = BCP_195 }: Pick<MutualTls, 'policy'> = {}) {
  const runtime = await testRuntime()
  const opened: Listening[] = []
  const open = async (listening: Promise<Listening>) => {
    opened.push(await listening)
    return String(opened.at(-1)?.port)
  }
  const server = { ...identity('server-localhost', 'ca-issuing'), policy }
  const onError = (error: unknown) => {
    throw error
  }
  const site = { routes: deployedFunctions(runtime), apiId: API_IDS[0] ?? '', onError }
  const tls = { ...server, truststore: TRUSTSTORE.map((name) => new X509Certificate(vector(name))) }
  const mutualTls = await open(mutualTlsEdge({ ...site, ...tls, domainName: MTLS_DOMAIN }))
  const plain = await open(plainTlsEdge({ ...site, ...server, domainName: 'api.example.com' }))
  const webApi = await open(plainEdge({ ...site, domainName: 'api.example.com' }))

  const issuer = `https://localhost:${plain}`
  const alias = (name: string, path: string) => ({ name, uri: `https://localhost:${mutualTls}${path}` })
  const walk = await openWalk(runtime, {
    apiKey: runtime.settings.serviceId ?? 0,
    issuer,
    authorizationEndpoint: `${issuer}/authorize`,
    mtlsEndpointAliases: [
      alias('token_endpoint', '/token'),
      alias('introspection_endpoint', '/introspection/standard'),
      alias('revocation_endpoint', '/revocation'),
      alias('pushed_authorization_request_endpoint', '/par'),
    ],
    supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
    supportedScopes: [{ name: 'accounts:read' }, { name: 'payments:write' }],
  })
  const access = { serviceApiKey: walk.serviceId, serviceApiSecret: walk.secrets.introspect }
  const resources = resourceServer(
    webApiClient({ webApiUrl: `http://localhost:${webApi}`, ...access }),
    () => `https://localhost:${resourcePort}/accounts`,
  )
  const resourcePort = await open(listen(mutualTlsServer(tls, resources)))

  /** Answers like an authorization endpoint whose end-user agrees. */
  async function authorize({ search }: URL): Promise<URL> {
    const asked = await walk.call('/auth/authorization', { parameters: search.slice(1) })
    const issued = await walk.issue(asked.json['ticket'])
    return new URL(issued.json['responseContent'] as string)
  }

  // The libraries have no other clock than that of the machine.
  beforeEach(() => runWithMachine(runtime.clock))
  afterAll(async () => {
    for (const { close } of opened) await close()
  })

  const fetches = new Map<string | undefined, ReturnType<typeof tlsFetch>>()
  /** Presents the certificate `NAME.pem` of test/vectors/certs, or none. */
  function fetchAs(name?: string) {
    const known =
      fetches.get(name) ?? tlsFetch({ ca: vector('ca-root'), ...(name === undefined ? {} : identity(name)) })
    fetches.set(name, known)
    return known
  }

  return {
    ...{ runtime, walk, issuer, authorize },
    accounts: new URL(`https://localhost:${resourcePort}/accounts`),
    ports: [plain, mutualTls, resourcePort].map(Number),
    mutualTlsUrl: `https://localhost:${mutualTls}`,
    fetchAs,
  }
}

/** Opens a deployment with `fapi2` and the settings that it requires. By default its cipher suites are not those of API Gateway. */
export async function openFapi2Deployment(policy = BCP_195) {
  const deployment = await openDeployment({ policy })
  await deployment.walk.setService({
    ...{ fapi2: true, pkceRequired: true, pkceS256Required: true, refreshTokenKept: true },
    supportedTokenAuthMethods: ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'],
  })
  return deployment
}

export type Deployment = Awaited<ReturnType<typeof openDeployment>>
