/**
 * Passes calls on and keeps what they were answered; from `replay` on it answers by itself, the same again and again.
 *
 * @param keyOf tells reads apart; `undefined` for a write, which is always answered with `done`
 */
export function cannedAnswers<Call, Answer>(
  call: (call: Call) => Promise<Answer>,
  keyOf: (call: Call) => string | undefined,
  done: Answer,
) {
  const answers = new Map<string, Answer>()
  let replaying = false

  async function answer(asked: Call): Promise<Answer> {
    const key = keyOf(asked)
    if (!replaying) {
      const given = await call(asked)
      if (key !== undefined) answers.set(key, given)
      return given
    }
    const kept = key === undefined ? done : answers.get(key)
    if (kept === undefined) throw new Error('a read that was not made before')
    return kept
  }

  return {
    answer,
    replay: () => {
      replaying = true
    },
  }
}
