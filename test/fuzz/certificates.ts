import { X509Certificate } from 'node:crypto'
import fc from 'fast-check'
import { certificatePem } from '../support/vectors.ts'
import { allNodes, encodeDer, type Node, parseDer, primitive } from './der.ts'

const NAMES = [
  ...[
    'ca-root',
    'client-ec-p256',
    'client-rsa-2048',
    'client-ed25519',
    'dn-multi-valued-rdn',
    'dn-string-types',
  ],
  ...[
    'dn-empty-subject-san-only',
    'san-email-only',
    'san-ip4',
    'san-ip6',
    'san-other-kinds',
    'self-signed-ec',
  ],
]
const VECTORS = new Map(NAMES.map((name) => [name, new X509Certificate(certificatePem(name)).raw]))
export const vector = (name: string) => VECTORS.get(name) ?? Buffer.alloc(0)

/** Contents that parsers have stumbled over: NUL, wildcards, wrong encodings, indefinite length, commas in names. */
const CONTENTS = [
  ...['\0evil', 'client.example.org', 'é', '\u{10041}', '*.example.org', '\n', '%00', 'a,CN=b', ''],
  ...['fffe', '00010041', '80', '30800000', '0a000001', '01'.repeat(16), '41'.repeat(300)].map((hex) =>
    Buffer.from(hex, 'hex'),
  ),
].map((content) => Buffer.from(content as string))
const TAGS = [
  1, 2, 3, 4, 5, 6, 12, 19, 20, 22, 23, 24, 26, 28, 30, 0x24, 0x30, 0x31, 0x81, 0x82, 0x86, 0x87, 0xa0, 0xa3,
]

const EDITS = ['content', 'tag', 'twice', 'gone', 'graft'] as const
const CUTS = ['set', 'flip', 'insert', 'remove', 'truncate', 'append'] as const

interface Change<How> {
  readonly how: How
  readonly at: number
  readonly value: number
}

const number = fc.nat(65_535)
const change = <How extends string>(hows: readonly How[]) =>
  fc.record({ how: fc.constantFrom(...hows), at: number, value: number })

/** A certificate of the vectors with its structure changed, then its bytes. */
export const changedCertificate = fc.record({
  name: fc.constantFrom(...NAMES),
  edits: fc.array(change(EDITS), { maxLength: 4 }),
  cuts: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(change(CUTS), { maxLength: 3 })),
})

export interface Changed {
  readonly name: string
  readonly edits: readonly Change<(typeof EDITS)[number]>[]
  readonly cuts: readonly Change<(typeof CUTS)[number]>[]
}

export function derOf({ name, edits, cuts }: Changed): Buffer {
  const tree = parseDer(vector(name)) ?? []
  for (const edit of edits) editNode(tree, edit)
  return cuts.reduce(cut, encodeDer(tree))
}

function editNode(tree: Node[], { how, at, value }: Change<(typeof EDITS)[number]>): void {
  const nodes = allNodes(tree)
  const node = nodes[at % nodes.length]
  if (node === undefined) return
  const parent = nodes.find(({ children }) => children?.includes(node))
  const index = parent?.children?.indexOf(node) ?? 0
  if (how === 'content')
    Object.assign(node, { children: undefined, content: CONTENTS[value % CONTENTS.length] })
  if (how === 'tag') node.tag = TAGS[value % TAGS.length] ?? 0
  if (how === 'twice') parent?.children?.splice(index, 0, structuredClone(node))
  if (how === 'gone') parent?.children?.splice(index, 1)
  if (how === 'graft') {
    const others = allNodes(parseDer(vector(NAMES[value % NAMES.length] ?? '')) ?? [])
    parent?.children?.splice(index, 1, others[(value >> 4) % others.length] ?? primitive(5, ''))
  }
}

function cut(der: Buffer, { how, at, value }: Change<(typeof CUTS)[number]>): Buffer {
  if (der.length === 0) return der
  const place = at % der.length
  const [head, byte] = [der.subarray(0, place), der[place] ?? 0]
  const tail = der.subarray(place + 1)
  switch (how) {
    case 'set':
      return Buffer.concat([head, Buffer.of(value & 0xff), tail])
    case 'flip':
      return Buffer.concat([head, Buffer.of(byte ^ (1 << (value % 8))), tail])
    case 'insert':
      return Buffer.concat([head, Buffer.of(value & 0xff, byte), tail])
    case 'remove':
      return Buffer.concat([head, tail.subarray(value % 8)])
    case 'truncate':
      return head
    case 'append':
      return Buffer.concat([der, value % 2 === 0 ? der : Buffer.alloc(1 + (value % 100))])
  }
}
