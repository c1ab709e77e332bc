/**
 * A line of the access log: its members, and what API Gateway puts into them. They never have a header, a query, a path or a body: the
 * template of the route names what was called. Nor have they the names in the client's certificate: API Gateway puts values in as they
 * are, so a name with a quote would break the line or add members, and strangers choose theirs. The serial number identifies the
 * certificate at its CA.
 *
 * A value that does not exist is `-`. So the last two are in quotes here: `$context.error.messageString`, which has its own quotes,
 * would leave a bare `-`. They are texts of API Gateway and of Lambda.
 */
const LINE = {
  requestId: '$context.requestId',
  time: '$context.requestTime',
  ip: '$context.identity.sourceIp',
  domain: '$context.domainName',
  route: '$context.routeKey',
  method: '$context.httpMethod',
  status: '$context.status',
  milliseconds: '$context.responseLatency',
  bytes: '$context.responseLength',
  certificateSerial: '$context.identity.clientCert.serialNumber',
  certificateEnd: '$context.identity.clientCert.validity.notAfter',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.message',
  integrationError: '$context.integrationErrorMessage',
}

export type AccessMember = keyof typeof LINE

/** The format of both stages: a line of JSON for each request. */
export const ACCESS_LOG = JSON.stringify(LINE)
