export const CERTIFICATES = ['Mtls', 'Ownership', 'Plain'] as const
export const arnOf = (name: string) => `arn:aws:acm:eu-central-1:210987654321:certificate/${name}`

/** The remaining days of a certificate, as reported by ACM. */
export const daysOf = (name: string) => ({
  ...{ Namespace: 'AWS/CertificateManager', MetricName: 'DaysToExpiry' },
  Dimensions: [{ Name: 'CertificateArn', Value: arnOf(name) }],
})
export const throttled = (TableName: string, index?: string) => ({
  ...{ Namespace: 'AWS/DynamoDB', MetricName: 'WriteThrottleEvents' },
  Dimensions: [
    { Name: 'TableName', Value: { Ref: TableName } },
    ...(index === undefined ? [] : [{ Name: 'GlobalSecondaryIndexName', Value: index }]),
  ],
})
export const ofLambda = (MetricName: string, name?: string) => ({
  ...{ Namespace: 'AWS/Lambda', MetricName },
  Dimensions: name === undefined ? [] : [{ Name: 'FunctionName', Value: { Ref: name } }],
})
