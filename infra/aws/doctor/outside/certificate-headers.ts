/** Headers in which TLS terminators and proxies forward a client certificate. */
export const CERTIFICATE_HEADERS = [
  'cf-client-cert',
  'client-cert',
  'client-cert-chain',
  'cloudfront-viewer-cert-pem',
  'cloudfront-viewer-cert-sha256',
  'forwarded',
  'http_ssl_client_cert',
  'ssl-client-cert',
  'ssl_client_cert',
  'x-amzn-mtls-clientcert',
  'x-amzn-mtls-clientcert-leaf',
  'x-apigateway-client-cert',
  'x-arr-clientcert',
  'x-client-cert',
  'x-client-certificate',
  'x-forwarded-client-cert',
  'x-forwarded-tls-client-cert',
  'x-ssl-cert',
  'x-ssl-client-cert',
  'x-ssl-client-escaped-cert',
]

/** The spellings of a certificate in headers of nginx, RFC 9440, Envoy, RFC 7239 and Azure. */
export function headerSpellings(pem: string): readonly string[] {
  const escaped = encodeURIComponent(pem)
  const base64 = pem.replaceAll(/-----[A-Z ]+-----|\s/g, '')
  return [
    escaped,
    pem.replaceAll('\n', ' ').trim(),
    `:${base64}:`,
    `Hash=00;Cert="${escaped}"`,
    `for=192.0.2.1;cert="${base64}"`,
    base64,
  ]
}
