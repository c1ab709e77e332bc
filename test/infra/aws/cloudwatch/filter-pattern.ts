import { Tokens } from './expression.ts'

export type Line = Readonly<Record<string, unknown>>
type Condition = (line: Line) => boolean

const TOKEN = /"[^"]*"|\$\.\w+|&&|\|\||!=|>=|<=|[{}()=<>]|NOT EXISTS|\d+/g

/**
 * A filter pattern of CloudWatch Logs over lines of JSON (FilterAndPatternSyntax.html).
 *
 * @throws Error for unknown syntax, and if a line lacks a member that a pattern compares with `!=`
 */
export function parsePattern(pattern: string): Condition {
  const tokens = new Tokens(pattern, TOKEN)
  tokens.expect('{')
  const condition = anyOf(tokens)
  tokens.expect('}')
  if (tokens.next !== undefined) tokens.fail('more follows')
  return condition
}

export const matches = (pattern: string, line: Line): boolean => parsePattern(pattern)(line)

function anyOf(tokens: Tokens): Condition {
  const parts = [allOf(tokens)]
  while (tokens.takeIf('||')) parts.push(allOf(tokens))
  return (line) => parts.some((part) => part(line))
}

function allOf(tokens: Tokens): Condition {
  const parts = [unit(tokens)]
  while (tokens.takeIf('&&')) parts.push(unit(tokens))
  return (line) => parts.every((part) => part(line))
}

function unit(tokens: Tokens): Condition {
  if (!tokens.takeIf('(')) return term(tokens)
  const inner = anyOf(tokens)
  tokens.expect(')')
  return inner
}

function term(tokens: Tokens): Condition {
  const member = tokens.take()
  if (!member.startsWith('$.')) tokens.fail(`${member} is not a member`)
  const name = member.slice(2)
  const operator = tokens.take()
  if (operator === 'NOT EXISTS') return (line) => line[name] === undefined
  const operand = tokens.take()
  if (/^\d+$/.test(operand) && operator === '>') return (line) => Number(line[name]) > Number(operand)
  if (!operand.startsWith('"') || !['=', '!='].includes(operator))
    tokens.fail(`${operator} ${operand} is not known`)
  const equals = wildcard(operand.slice(1, -1))
  if (operator === '=') return (line) => equals(line[name])
  return (line) => {
    if (line[name] === undefined) tokens.fail(`a line without ${name}: ${JSON.stringify(line)}`)
    return !equals(line[name])
  }
}

/** A text in quotation marks equals only texts; `*` matches anything. */
function wildcard(text: string): (value: unknown) => boolean {
  const parts = text.split('*').map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
  const expression = new RegExp(`^${parts.join('.*')}$`)
  return (value) => typeof value === 'string' && expression.test(value)
}
