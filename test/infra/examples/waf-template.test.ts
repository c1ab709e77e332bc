import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const file = join(import.meta.dirname, '../../../infra/examples/waf/plain-domain.yml')

test('CloudFront passes the Host on, caches nothing, and speaks only TLS', () => {
  const text = readFileSync(file, 'utf8')
  // The managed policies AllViewer and CachingDisabled (using-managed-origin-request-policies.html, using-managed-cache-policies.html).
  expect(text).toContain('OriginRequestPolicyId: 216adef6-5c7f-47e4-b989-5492eafa07d3')
  expect(text).toContain('CachePolicyId: 4135ea2d-6df8-44a3-9df3-4b5a84be39ad')
  expect(text).toContain('OriginProtocolPolicy: https-only')
})
