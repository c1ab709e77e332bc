/** One element of DER. Octet strings that are DER inside count as constructed. */
export interface Node {
  tag: number
  children?: Node[] | undefined
  content?: Buffer | undefined
}

/** @returns `undefined` for what is not DER */
export function parseDer(bytes: Buffer): Node[] | undefined {
  const nodes: Node[] = []
  for (let at = 0; at < bytes.length;) {
    const [tag, first] = [bytes[at] ?? 0, bytes[at + 1]]
    if (first === undefined) return undefined
    const lengthBytes = first < 0x80 ? 0 : first - 0x80
    if (lengthBytes > 3 || first === 0x80 || at + 2 + lengthBytes > bytes.length) return undefined
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes)
    const start = at + 2 + lengthBytes
    if (start + length > bytes.length) return undefined
    const content = bytes.subarray(start, start + length)
    const children = (tag & 0x20) !== 0 || tag === 4 ? parseDer(content) : undefined
    nodes.push(children === undefined ? { tag, content } : { tag, children })
    at = start + length
  }
  return nodes
}

export function encodeDer(nodes: readonly Node[]): Buffer {
  return Buffer.concat(
    nodes.flatMap(({ tag, children, content = Buffer.alloc(0) }) => {
      const inside = children === undefined ? content : encodeDer(children)
      return [Buffer.of(tag, ...lengthOf(inside.length)), inside]
    }),
  )
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length]
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
}

/** Every node, in order. */
export function allNodes(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => [node, ...allNodes(node.children ?? [])])
}

export const sequence = (...children: Node[]): Node => ({ tag: 0x30, children })
export const set = (...children: Node[]): Node => ({ tag: 0x31, children })
export const primitive = (tag: number, content: Buffer | string): Node => ({
  tag,
  content: Buffer.from(content as string),
})

export function objectIdentifier(dotted: string): Node {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const groups = [first * 40 + second, ...rest].flatMap((number) => {
    const bytes = [number & 0x7f]
    for (let left = number >> 7; left > 0; left >>= 7) bytes.unshift((left & 0x7f) | 0x80)
    return bytes
  })
  return primitive(6, Buffer.from(groups))
}
