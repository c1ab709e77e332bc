import { createHmac, hash } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AwsCredentials, Signer } from '../../../../shared/dynamodb/lean/signature.ts'

const REGION = 'eu-central-1'
const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}
const HOST = `dynamodb.${REGION}.amazonaws.com`

/** The headers that the SDK's own signer would send. */
async function reference(
  target: string,
  body: string,
  { sessionToken, ...pair }: AwsCredentials,
  signingDate: Date,
) {
  const signer = new SignatureV4({
    region: REGION,
    service: 'dynamodb',
    sha256: Sha256,
    credentials: { ...pair, ...(sessionToken === undefined ? {} : { sessionToken }) },
    applyChecksum: false,
  })
  const headers = { host: HOST, 'x-amz-target': target }
  const request = { method: 'POST', protocol: 'https:', hostname: HOST, path: '/', query: {}, headers, body }
  return (await signer.sign(request, { signingDate })).headers
}

class Sha256 {
  readonly #secret: string | Uint8Array | undefined
  #text = Buffer.alloc(0)

  constructor(secret?: unknown) {
    this.#secret = secret as string | Uint8Array | undefined
  }

  update(data: Uint8Array | string): void {
    this.#text = Buffer.concat([this.#text, Buffer.from(data as string)])
  }

  digest(): Promise<Uint8Array> {
    const digest =
      this.#secret === undefined
        ? hash('sha256', this.#text, 'buffer')
        : createHmac('sha256', this.#secret).update(this.#text).digest()
    return Promise.resolve(digest)
  }

  reset(): void {
    this.#text = Buffer.alloc(0)
  }
}

function byName(lines: string): Record<string, string> {
  const pairs = lines.split('\r\n').map((line) => line.split(/:(.*)/s))
  return Object.fromEntries(pairs) as Record<string, string>
}

const time = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2099, 11, 31) })
const credentials = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: fc.string({ minLength: 1, maxLength: 100 }),
    sessionToken: fc.base64String({ minLength: 4 }),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
)

test('a signature is that of the signer of the SDK, after any signatures before it', async () => {
  const signer = new Signer(REGION)
  await fc.assert(
    fc.asyncProperty(fc.string(), credentials, time, async (body, signedBy, milliseconds) => {
      const target = 'DynamoDB_20120810.GetItem'
      const ours = byName(signer.headers({ host: HOST, target, body }, signedBy, milliseconds))
      const { authorization, 'x-amz-date': date } = await reference(
        target,
        body,
        signedBy,
        new Date(milliseconds),
      )
      expect(ours).toMatchObject({ authorization, 'x-amz-date': date })
      expect(ours['x-amz-security-token']).toBe(signedBy.sessionToken)
      expect(ours['content-length']).toBe(String(Buffer.byteLength(body)))
    }),
    { seed: 1, numRuns: 100 },
  )
})

test('a signature of a new day is made by a new key', async () => {
  const signer = new Signer(REGION)
  const signed = { host: HOST, target: 'DynamoDB_20120810.PutItem', body: '{}' }
  for (const at of ['2026-11-27T23:59:59.999Z', '2026-11-28T00:00:00.000Z', '2026-11-28T00:00:01.000Z']) {
    const { authorization } = byName(signer.headers(signed, CREDENTIALS, Date.parse(at)))
    const expected = await reference(signed.target, signed.body, CREDENTIALS, new Date(at))
    expect(authorization).toBe(expected['authorization'])
  }
})
