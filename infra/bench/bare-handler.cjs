// A function with one signed call to DynamoDB (Signature Version 4) and nothing else, for comparison.
// It uses `require`, because an import of `node:https` makes a cold start 30 ms longer.
const { createHmac, hash } = require('node:crypto')

const { AWS_ENDPOINT_URL_DYNAMODB: endpoint, AWS_REGION: region } = process.env
const { AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secret } = process.env
const { Agent, request } = require(endpoint.startsWith('https:') ? 'node:https' : 'node:http')
const agent = new Agent({ keepAlive: true, noDelay: true })
const host = endpoint.replace(/^https?:[/][/]/, '')

const hmac = (key, text) => createHmac('sha256', key).update(text).digest()
let signing

function signingKey(day) {
  if (signing?.day !== day)
    signing = { day, key: [day, region, 'dynamodb', 'aws4_request'].reduce(hmac, `AWS4${secret}`) }
  return signing.key
}

function headersOf(operation, body) {
  const time = new Date().toISOString().replace(/[-:]|[.][0-9]+/g, '')
  const signed = { host, 'x-amz-date': time, 'x-amz-target': `DynamoDB_20120810.${operation}` }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const scope = `${time.slice(0, 8)}/${region}/dynamodb/aws4_request`
  const canonical = `POST\n/\n\n${lines.join('')}\n${names}\n${hash('sha256', body)}`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
  const signature = hmac(signingKey(time.slice(0, 8)), text).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...signed, authorization, 'content-type': 'application/x-amz-json-1.0' }
}

/** @param event the operation of DynamoDB and the JSON text of its input */
module.exports.handler = ({ operation, body }) =>
  new Promise((resolve, reject) => {
    const sent = request(
      endpoint,
      { method: 'POST', agent, headers: headersOf(operation, body) },
      (answer) => {
        let length = 0
        answer.on('data', (bytes) => (length += bytes.length))
        answer.once('error', reject)
        answer.once('end', () => resolve({ statusCode: answer.statusCode, body: String(length) }))
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
