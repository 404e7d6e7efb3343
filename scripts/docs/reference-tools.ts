import { createAuthority } from '../../src/access/decide.ts';
import { needsConfirmation } from '../../src/access/confirm/policy.ts';
import { DEFAULT_TOOLS, selectTools } from '../../src/access/select.ts';
import { jsonLength, tokensOf } from '../../src/answer/budget.ts';
import type { Effect, Role } from '../../src/core/authority.ts';
import { isObject } from '../../src/core/json.ts';
import { type Toolset, TOOLSETS } from '../../src/core/toolset.ts';
import type { AnyTool } from '../../src/dispatch/any-tool.ts';
import { catalogue } from '../../src/dispatch/catalogue.ts';
import { inputSchemaOf, listing } from '../../src/dispatch/listing.ts';
import { digestOfTools } from '../../src/dispatch/surface.ts';
import { code, fence, GENERATED, prose, table } from './markdown.ts';
import type { Page } from './page.ts';
import { TOOLS_OF_BEFORE } from './reference-server.ts';

const ROLES: readonly Role[] = ['reader', 'operator', 'admin'];
const ENVELOPE = new Set(['answer', 'items', 'totals', 'coverage', 'cursor', 'next', 'evidence']);

const EFFECTS: Readonly<Record<Effect, string>> = {
  read: 'reads only',
  draft: 'changes draft policy; nothing is enforced until it is provisioned',
  live: 'changes what takes effect at once',
  bulk: 'changes many objects that take effect at once',
  provision: 'puts policy into force, or takes it out of force or out of the draft',
  credentials: 'changes the PCE key that this server keeps for the caller',
};

/** One page for each toolset, and the index of all tools. */
export function toolPages(): readonly Page[] {
  const used = TOOLSETS.filter((toolset) => catalogue.some((tool) => tool.toolset === toolset));
  return [
    { path: 'docs/reference/tools.md', content: indexPage(used) },
    ...used.map((toolset) => ({ path: `docs/reference/tools-${toolset}.md`, content: toolsetPage(toolset) })),
  ];
}

const toolsOf = (toolset: Toolset): readonly AnyTool[] => catalogue.filter((tool) => tool.toolset === toolset);
const isDefault = ({ name, toolset }: AnyTool): boolean => DEFAULT_TOOLS[toolset].includes(name);
const costOf = (tool: AnyTool): number =>
  tokensOf(jsonLength({ name: tool.name, description: tool.description, inputSchema: inputSchemaOf(tool) }));
const sum = (tools: readonly AnyTool[]): number => tools.reduce((total, tool) => total + costOf(tool), 0);

function indexPage(toolsets: readonly Toolset[]): string {
  const standard = catalogue.filter(isDefault);
  const costs = toolsets.map((toolset) => {
    const tools = toolsOf(toolset);
    return [
      `[${toolset}](tools-${toolset}.md)`,
      `${tools.length}`,
      `${tools.filter(isDefault).length}`,
      `${sum(tools)}`,
    ];
  });
  const lists = toolsets.map((toolset) => {
    const rows = toolsOf(toolset).map((tool) => [
      `[${tool.name}](tools-${toolset}.md#${tool.name})`,
      tool.effect,
      isDefault(tool) ? 'yes' : '',
      prose(tool.description),
    ]);
    return `## ${toolset}\n\n${table(['Tool', 'Effect', 'In `default`', 'For'], rows)}`;
  });
  return `${GENERATED}

# Tools

${catalogue.length} tools in ${toolsets.length} toolsets. \`MCP_TOOLSETS\` chooses what is offered; without it that is \`default\`: ${standard.length} tools, about
${sum(standard)} tokens of names, descriptions and input schemas (4 characters a token).

${table(['Toolset', 'Tools', 'of them in `default`', 'Tokens'], costs)}

What a server offers it logs at its start as a digest (\`illumio-mcp tools --digest\` prints it), so that a tool whose words or schemas changed in
an update shows. Of this release, without other settings:

${table(['Transport', '`MCP_TOOLSETS`', 'SHA-256'], digests())}

What a tool does to the PCE is its effect:

${table(
  ['Effect', 'The tool', 'Roles over HTTP'],
  Object.entries(EFFECTS).map(([effect, says]) => [effect, says, rolesOf(effect as Effect).join(', ')]),
)}

Every answer has the same shape: \`answer\` (a sentence or two), \`items\` (rows), \`totals\`, \`coverage\` (window, rows read, cap, what was left out),
\`cursor\` where there is more, \`next\`, \`evidence\`. Only what a tool has beyond that is listed with it.

${lists.join('\n\n')}

## Of the Python server

${ofBefore()}
`;
}

function digests(): readonly (readonly string[])[] {
  return (['stdio', 'http'] as const).flatMap((transport) =>
    (['default', 'all'] as const).map((toolset) => {
      const offered = selectTools(catalogue, { toolsets: [toolset], allowed: undefined });
      const tools = offered.filter(({ needsSignIn }) => transport === 'http' || needsSignIn !== true);
      return [transport, toolset, code(digestOfTools(tools.map((tool) => listing(tool, { structured: true }))))];
    }),
  );
}

function ofBefore(): string {
  const missing = TOOLS_OF_BEFORE.filter((name) => !catalogue.some((tool) => tool.name === name));
  return missing.length === 0
    ? `All its ${TOOLS_OF_BEFORE.length} tools are here under their names.`
    : `Of its ${TOOLS_OF_BEFORE.length} tools these are not here: ${missing.join(', ')}.`;
}

/** Asks the one authority of the server rather than repeating its table. */
function rolesOf(effect: Effect): readonly Role[] {
  const decide = createAuthority({ readOnly: false });
  return ROLES.filter(
    (role) => decide({ issuer: 'docs', subject: 'docs', role }, effect, { kind: 'tool', name: '' }).allowed,
  );
}

const toolsetPage = (toolset: Toolset): string => `${GENERATED}

# Tools: ${toolset}

[All tools](tools.md)

${toolsOf(toolset).map(toolSection).join('\n\n')}
`;

function toolSection(tool: AnyTool): string {
  const { name, title, description, effect, example } = tool;
  const confirmed = needsConfirmation({ tool: name, effect, args: example });
  const facts = [
    `**${prose(title)}.** ${prose(description)}`,
    '',
    `Effect \`${effect}\` (${EFFECTS[effect]}); roles over HTTP: ${rolesOf(effect).join(', ')}; ${isDefault(tool) ? 'in `default`' : 'not in `default`'}; about ${costOf(tool)} tokens.`,
    ...(confirmed ? ['Over HTTP the example below must be confirmed.'] : []),
  ];
  return [
    `## ${name}`,
    '',
    ...facts,
    '',
    parameters(tool),
    '',
    fence('call', `${name} ${JSON.stringify(example)}`),
    '',
    returns(tool),
  ].join('\n');
}

function parameters(tool: AnyTool): string {
  const { properties, required = [] } = inputSchemaOf(tool);
  const rows = Object.entries(properties).map(([name, schema]) => [
    code(name),
    typeOf(schema),
    required.includes(name) ? 'yes' : '',
    about(schema),
  ]);
  return rows.length === 0 ? 'No parameters.' : table(['Parameter', 'Type', 'Required', 'Meaning'], rows);
}

function returns({ output }: AnyTool): string {
  const own = Object.keys(output.properties).filter((name) => !ENVELOPE.has(name));
  const { items } = output.properties;
  const row =
    isObject(items) && isObject(items['items']) && isObject(items['items']['properties'])
      ? items['items']['properties']
      : {};
  const lines = [
    `Fields of a row: ${Object.keys(row).map(code).join(', ') || 'those asked for'}.`,
    ...(own.length === 0 ? [] : [`Beside the rows: ${own.map(code).join(', ')}.`]),
  ];
  return lines.join('\n');
}

function typeOf(schema: object): string {
  const { type, items } = schema as { readonly type?: unknown; readonly items?: unknown };
  if (type === 'array' && isObject(items)) return `${typeOf(items)}[]`;
  return typeof type === 'string' ? type : 'any';
}

/** Meaning, choices and limits of one parameter. */
function about(schema: object): string {
  const {
    description,
    enum: choices,
    default: fallback,
    minimum,
    maximum,
    items,
  } = schema as Readonly<Record<string, unknown>>;
  const fields = isObject(items) && isObject(items['properties']) ? Object.keys(items['properties']) : [];
  return [
    ...(typeof description === 'string' ? [prose(description)] : []),
    ...(Array.isArray(choices) ? [choices.map((choice) => code(String(choice))).join(', ')] : []),
    ...(fields.length === 0 ? [] : [`fields ${fields.map(code).join(', ')}`]),
    ...(minimum === undefined ? [] : [`from ${JSON.stringify(minimum)}`]),
    ...(maximum === undefined ? [] : [`to ${JSON.stringify(maximum)}`]),
    ...(fallback === undefined ? [] : [`default ${code(JSON.stringify(fallback))}`]),
  ].join('; ');
}
