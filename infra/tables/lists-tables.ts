/** Whether a DynamoDB on this machine answers. Both engines look at the credentials' form alone, not at a signature. */
export async function listsTables(endpoint: string): Promise<boolean> {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'DynamoDB_20120810.ListTables',
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none`,
  }
  const response = await fetch(endpoint, { method: 'POST', headers, body: '{}' }).catch(() => undefined)
  await response?.arrayBuffer()
  return response?.ok === true
}
