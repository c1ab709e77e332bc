import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../..')

export interface Resource<Properties> {
  readonly Type: string
  readonly Properties: Properties
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}
export type Attribute = { 'Fn::GetAtt': [string, string] }
export type Reference = { Ref: string }

export interface Lambda {
  readonly FunctionName: string
  readonly Handler: string
  readonly Runtime: string
  readonly Architectures: string[]
  readonly Role: Attribute
  readonly Environment: { Variables: Record<string, string | Reference> }
}
export interface Route {
  readonly RouteKey: string
  readonly Target: { 'Fn::Join': [string, [string, Reference]] }
}
export interface Table {
  readonly AttributeDefinitions: { AttributeName: string; AttributeType: 'S' }[]
  readonly KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[]
  readonly GlobalSecondaryIndexes?: NonNullable<CreateTableCommandInput['GlobalSecondaryIndexes']>
  readonly TimeToLiveSpecification: { AttributeName: string; Enabled: boolean }
}
export interface Role {
  readonly Policies: { PolicyDocument: { Statement: Statement[] } }[]
}
export interface Statement {
  readonly Effect: string
  readonly Action: string[]
  readonly Resource: Attribute
  readonly Condition?: unknown
}

/** What `osls package` makes of the templates: no network, no account, nothing in the archives. */
export function packagedTemplate(): Record<string, Resource<never>> {
  const folder = mkdtempSync(join(tmpdir(), 'certbound-template-'))
  try {
    for (const file of ['serverless.yml', 'infra'])
      cpSync(join(root, file), join(folder, file), { recursive: true })
    mkdirSync(join(folder, 'dist'))
    const functions = readFileSync(join(folder, 'infra/functions.yml'), 'utf8')
    for (const [artifact] of functions.matchAll(/dist\/.+?\.zip/g)) writeFileSync(join(folder, artifact), '')
    execFileSync(
      process.execPath,
      [
        join(root, 'node_modules/osls/bin/serverless.js'),
        'package',
        '--param=mtlsDomains=mtls.example.com',
        '--param=serviceId=5',
      ],
      { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder }, stdio: 'pipe' },
    )
    const template = readFileSync(
      join(folder, '.serverless/cloudformation-template-update-stack.json'),
      'utf8',
    )
    return (JSON.parse(template) as { Resources: Record<string, Resource<never>> }).Resources
  } finally {
    rmSync(folder, { recursive: true })
  }
}
