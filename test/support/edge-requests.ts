import { X509Certificate } from 'node:crypto'
import type { EdgeOptions, HeaderEdge } from '../../shared/resource-server/edges.ts'
import type { FrontProof } from '../../shared/resource-server/front-proof.ts'
import { protectedResource } from '../../shared/resource-server/protected-resource.ts'
import type { ResourceRequest } from '../../shared/resource-server/resource-request.ts'
import { signedTokens, thumbprintOf } from './signed-tokens.ts'

export const { options, jwt } = signedTokens()
const TOKEN = ['Authorization', `Bearer ${jwt()}`]
export const TRUSTED: FrontProof = { trustedNetwork: 'the test calls the library directly' }

/** The outcome of a request with a token of the holder: `allowed`, or the reason and the fault. */
export async function outcome(edge: EdgeOptions, request: Partial<ResourceRequest>, more: object = {}) {
  let fault: string | undefined
  const resource = protectedResource({
    ...{ ...options, edge, ...more },
    onRefusal: (_reason, details) => (fault = details.fault),
  })
  const decision = await resource(['read'])({
    ...{ certificate: undefined, ...request },
    rawHeaders: [...TOKEN, ...(request.rawHeaders ?? [])],
  })
  return decision.allowed
    ? 'allowed'
    : [decision.reason, fault].filter((part) => part !== undefined).join(': ')
}

const der = ({ cert }: { readonly cert: string }) => new X509Certificate(cert).raw.toString('base64')
export const hex = (of: { readonly cert: string }) =>
  Buffer.from(thumbprintOf(of), 'base64url').toString('hex')
export const escaped = ({ cert }: { readonly cert: string }) => encodeURIComponent(cert)
/** The characters `+`, `=` and `/` are not encoded. */
const escapedByAlb = (of: { readonly cert: string }) =>
  escaped(of).replaceAll('%2B', '+').replaceAll('%3D', '=').replaceAll('%2F', '/')

/** The documented form of the headers of each front, for a certificate. */
export const FORMS: Readonly<Record<HeaderEdge, (of: { readonly cert: string }) => readonly string[]>> = {
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
  alb: (of) => ['X-Amzn-Mtls-Clientcert-Leaf', escapedByAlb(of)],
  // https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/viewer-mtls-headers.html
  cloudfront: (of) => [
    ...['CloudFront-Viewer-Cert-Pem', escaped(of), 'CloudFront-Viewer-Cert-Present', '1'],
    ...['CloudFront-Viewer-Cert-Sha256', hex(of)],
  ],
  nginx: (of) => ['SSL-Client-Cert', escaped(of), 'SSL-Client-Verify', 'SUCCESS'],
  haproxy: (of) => ['Client-Cert-SHA256', hex(of).toUpperCase()],
  apache: ({ cert }) => ['SSL-Client-Cert', cert.replaceAll('\n', ' '), 'SSL-Client-Verify', 'SUCCESS'],
  // https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
  envoy: (of) => [
    'X-Forwarded-Client-Cert',
    `By=http://frontend.lyft.com;Hash=${hex(of)};Subject="/C=US/ST=CA/O=A \\"B\\", Inc/CN=client";URI=http://client`,
  ],
  caddy: (of) => ['Client-Cert-Sha256', hex(of)],
  // https://doc.traefik.io/traefik/middlewares/http/passtlsclientcert/
  traefik: (of) => ['X-Forwarded-Tls-Client-Cert', der(of)],
  // RFC 9440 section 2.2
  rfc9440: (of) => ['Client-Cert', `:${der(of)}:`],
}
