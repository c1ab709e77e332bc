import { extname } from 'node:path'
import ts from 'typescript'
import { commentsOf, readProjectFile } from './comments.ts'

/** Habits that a pattern sees in one sentence. `CONTRIBUTING.md`, "House English", has the rule behind them. */
const HABITS: Record<string, RegExp> = {
  'a free relative as the subject':
    /\b(who|what|which)ever\b|^(who|what) (?!.*\?$)|(; |: |, (and|but|or|so) )(who|what) (?!.*\?)/i,
  '"is no" or "is none"': /(?<!\bthere )\b(is|are|was|were) (none\b|no (?!longer|more|less|later|earlier))/i,
  '"must ... at most"': /\bmust (not )?(have|be)\b[^.;]* at most\b/i,
  'an old word':
    /\b(anew|meanwhile|nothing but|from (then|now) on|so (many|few|long(?! as)))\b|\bas (\S+ ){1,4}has it\b/i,
  '"alone" for "only"': /\balone\b/i,
  'a fronted "Of ..."': /^(only )?of (?!course\b)/i,
  'code that speaks or lives': /\b(told|tells?(?! us)|says?|said|lives)\b/i,
  '"wants" for "must"': /\bwants\b/i,
  'a text that points elsewhere': /^the same(,| (of|for|with|as|in|but|from|by)\b)/i,
  'a label for a condition': /^(absent|off|on|unset): /i,
}

const PREPOSITION =
  /^(only |also |not )?(for|by|in|with|without|on|at|from|to|as|like|under|through|after|before|until|since|within|behind|below|above|among|between|against|during) /i
const VERB =
  /\b(is|are|was|were|be|has|have|had|can|could|may|might|must|will|would|shall|should|does|do|did|cannot|let|see|use|set|run|make|take|read|get|give|keep|need|mean|apply|come|go|stay)s?\b|[,:;?]|\w(ed|es)\b/i
const LONGEST_PHRASE_WORDS = 9

/** The habits of a sentence, each with the sentence. Sentences are whole only in prose, and not after a tag like `@param`. */
export function habitsIn(sentence: string, isProse: boolean): string[] {
  const habits = Object.keys(HABITS).filter((habit) => HABITS[habit]?.test(sentence))
  if (isProse && isPrepositionalPhrase(sentence)) habits.push('a sentence of one prepositional phrase')
  return habits.map((habit) => `${habit}: ${sentence}`)
}

const isPrepositionalPhrase = (sentence: string) =>
  /[.!]$/.test(sentence) &&
  PREPOSITION.test(sentence) &&
  !VERB.test(sentence) &&
  sentence.split(' ').length <= LONGEST_PHRASE_WORDS

const sentencesOf = (text: string) =>
  text
    .replaceAll(/\s+/g, ' ')
    .split(/(?<=[.!?])["”)]? (?=[^a-z])/)
    .map((sentence) => sentence.trim())

/** Text in quotation marks belongs to somebody else, and code has no grammar. */
const withoutQuotes = (text: string) =>
  text.replaceAll(/`[^`]*`/g, '`x`').replaceAll(/"[^"\n]*"|“[^”]*”/g, '`x`')

function habitsOfComment(comment: string): string[] {
  const text = withoutQuotes(comment.replace(/^(\/\*+|\/\/)\s*/, '').replace(/\s*\*\/$/, ''))
  const [prose = '', ...tags] = text.split(/(?:^|\s)@[a-z]+ /)
  return [
    ...sentencesOf(prose).flatMap((sentence) => habitsIn(sentence, true)),
    ...tags.flatMap(sentencesOf).flatMap((sentence) => habitsIn(sentence, false)),
  ]
}

/** A text for people has at least three words. `${...}` in it counts as one. */
const isMessage = (text: string) => /\w+[,:]? \S+ \S+/.test(text)

/** The texts of string literals and templates of a TypeScript file. */
function messagesOf(file: string): string[] {
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.push(node.text)
    if (ts.isTemplateExpression(node))
      texts.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('`x`'))
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, readProjectFile(file), ts.ScriptTarget.Latest))
  return texts.filter(isMessage)
}

const habitsOfMessage = (text: string) =>
  text
    .replaceAll(/<\/?(?:a|code|em|strong)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, '\n')
    .split('\n')
    .flatMap((line) => sentencesOf(withoutQuotes(line)))
    .flatMap((sentence) => habitsIn(sentence, false))

/** Paragraphs, points and cells of a page, without its code. */
const passagesOf = (page: string) =>
  page
    .replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
    .split(/\n\s*\n|\n\s*(?:[-*]|\d+\.)\s+|\|/)
    .map((passage) => passage.replace(/^\s*(?:[-*#>]+|\d+\.)\s+/, '').replaceAll(/\*\*|\[|\]\([^)]*\)/g, ''))

/** Every habit that a file has, as `habit: sentence`. */
export function habitsOf(file: string): string[] {
  if (extname(file) === '.md')
    return passagesOf(readProjectFile(file))
      .flatMap((passage) => sentencesOf(withoutQuotes(passage)))
      .flatMap((sentence) => habitsIn(sentence, true))
  const comments = commentsOf(file).flatMap(habitsOfComment)
  return ['.ts', '.js', '.cjs'].includes(extname(file))
    ? [...comments, ...messagesOf(file).flatMap(habitsOfMessage)]
    : comments
}
