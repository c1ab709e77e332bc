import { Tokens } from './expression.ts'

/** The value of a period; `undefined` without data. */
type Value = number | undefined
export type Evaluate = (values: ReadonlyMap<string, Value>) => Value

const TOKEN = /AND|>=|<=|[(),+*<>]|\d+(?:\.\d+)?|[a-zA-Z]\w*/g

/** The part of CloudWatch's metric math (using-metric-math.html) that the alarms use. @throws Error for anything else */
export function parseMath(expression: string): Evaluate {
  const tokens = new Tokens(expression, TOKEN)
  const value = conjunction(tokens)
  if (tokens.next !== undefined) tokens.fail('more follows')
  return value
}

type Binary = (one: number, other: number) => number

/** A result without one of its operands has no data. */
function chain(
  tokens: Tokens,
  operand: (tokens: Tokens) => Evaluate,
  operators: Readonly<Record<string, Binary>>,
): Evaluate {
  let left = operand(tokens)
  for (let apply = operators[tokens.next ?? '']; apply !== undefined; apply = operators[tokens.next ?? '']) {
    tokens.take()
    const [first, second, combine] = [left, operand(tokens), apply]
    left = (values) => {
      const [one, other] = [first(values), second(values)]
      return one === undefined || other === undefined ? undefined : combine(one, other)
    }
  }
  return left
}

const conjunction = (tokens: Tokens) =>
  chain(tokens, comparison, { AND: (one, other) => Number(one !== 0 && other !== 0) })
const comparison = (tokens: Tokens) => chain(tokens, sum, { '>=': (one, other) => Number(one >= other) })
const sum = (tokens: Tokens) => chain(tokens, product, { '+': (one, other) => one + other })
const product = (tokens: Tokens) => chain(tokens, operand, { '*': (one, other) => one * other })

function operand(tokens: Tokens): Evaluate {
  const token = tokens.take()
  if (/^\d/.test(token)) return () => Number(token)
  if (!/^[A-Za-z]\w*$/.test(token) || token === 'AND') return tokens.fail(`${token} is not an operand`)
  if (tokens.next !== '(') {
    return (values) => (values.has(token) ? values.get(token) : tokens.fail(`there is no metric ${token}`))
  }
  return call(token, tokens)
}

function call(name: string, tokens: Tokens): Evaluate {
  const parameters: Evaluate[] = []
  tokens.expect('(')
  do parameters.push(conjunction(tokens))
  while (tokens.takeIf(','))
  tokens.expect(')')
  const [first, second, third, more] = parameters
  if (first === undefined || second === undefined || more !== undefined)
    return tokens.fail(`${name} has other parameters`)
  if (name === 'FILL' && third === undefined) return (values) => first(values) ?? second(values)
  if (name !== 'IF' || third === undefined) return tokens.fail(`the function ${name} is not known`)
  return (values) => {
    const condition = first(values)
    return condition === undefined ? undefined : (condition === 0 ? third : second)(values)
  }
}
