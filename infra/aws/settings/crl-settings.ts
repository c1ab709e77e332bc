import * as z from 'zod/mini'

const text = (pattern: RegExp, rule: string) => z.string().check(z.regex(pattern, rule))

const ADDRESS_RULE =
  'must be an https: or http: URL without a user, or s3://BUCKET/KEY, or s3://BUCKET/FOLDER/ for all lists in it'
const POINT_RULE = 'must be the URI in the issuing distribution point of the list'

/** A source of certificate lists. `certbound.example.jsonc` explains each member. */
const Source = z
  .strictObject({
    // The name is a part of names at AWS.
    name: text(
      /^(?!operator$)[a-z][a-z0-9]{0,31}$/,
      'must be up to 32 lower-case letters and digits, such as clients',
    ),
    issuer: z.array(z.string()).check(z.minLength(1, 'must name at least one PEM file')),
    address: z.string().check(z.refine(isAddress, ADDRESS_RULE)),
    distributionPoint: z.optional(text(/^[!-~]{1,1024}$/, POINT_RULE)),
  })
  .check(
    z.refine(
      ({ address, distributionPoint = '' }) => !isFolder(address) || distributionPoint.endsWith('/'),
      'must have a distributionPoint that ends with a slash, because its address is a folder: the name of each object follows it',
    ),
  )

/** The certificate lists of a deployment (docs/operations.md). */
export const CrlSettings = z.strictObject({
  sources: z.array(Source).check(z.minLength(1, 'must have at least one source')),
  vpc: z.optional(
    z.strictObject({
      subnetIds: z
        .array(text(/^subnet-[0-9a-f]+$/, 'must be the ID of a subnet'))
        .check(z.minLength(1, 'must have at least one subnet')),
      securityGroupIds: z
        .array(text(/^sg-[0-9a-f]+$/, 'must be the ID of a security group'))
        .check(z.minLength(1, 'must have at least one security group')),
    }),
  ),
})
export type CrlSettings = z.infer<typeof CrlSettings>

/** Whether an address is a folder of lists. */
export const isFolder = (address: string): boolean => address.endsWith('/') && address.startsWith('s3:')

function isAddress(address: string): boolean {
  // A right for a key with `*` would be one for all keys that fit.
  if (address.startsWith('s3:')) return /^s3:\/\/[a-z0-9.-]{3,63}\/[\w!.'()/-]+$/.test(address)
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return url.username === '' && url.password === '' && url.hash === ''
}
