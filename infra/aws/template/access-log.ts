/**
 * A line of the access log: its members, and the variables of API Gateway. It never contains a header, a query, a path or a body; the
 * template of the route identifies the call. Nor does it contain names of the client's certificate, because API Gateway inserts values
 * without escaping: a name with a quotation mark would break the line or add members, and attackers choose their own names. The serial
 * number identifies the certificate at its CA.
 *
 * A missing value is `-`. So the last two variables are in quotation marks here: `$context.error.messageString`, which adds its own, would
 * insert a bare `-`. They are texts of API Gateway and of Lambda.
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

/** The format of the log of both stages: a line of JSON for each request. */
export const ACCESS_LOG = JSON.stringify(LINE)
