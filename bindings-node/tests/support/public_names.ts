// The public names of a package, read from its declarations by TypeScript's own compiler and from the package as it is loaded.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** Where the modules are resolved from: a file of this project that is not there. */
const READER = fileURLToPath(new URL('../names_reader.mts', import.meta.url));

/** What a module exports. */
export interface Names {
  /** What there is at run time. */
  values: ReadonlyMap<string, unknown>;
  /** What can be named as a type. */
  types: ReadonlySet<string>;
  /** The members of a type, or of a class's instances; undefined where anything may be done with it. */
  membersOf(type: string): ReadonlySet<string> | undefined;
}

/** Reads modules, all at once: the compiler is slow to begin. Of what cannot be loaded the declarations are read. */
export async function namesOf(
  specifiers: readonly string[],
  unloadable: ReadonlySet<string>,
): Promise<Map<string, Names>> {
  const text = specifiers.map((specifier, at) => `import * as m${at} from '${specifier}';`).join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === READER || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === READER
      ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true)
      : getSourceFile(file, ...rest);
  const program = ts.createProgram([READER], options, host);
  const checker = program.getTypeChecker();
  const reader = program.getSourceFile(READER);
  const found = new Map<string, Names>();
  for (const statement of reader?.statements ?? []) {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue;
    const specifier = statement.moduleSpecifier.text;
    const module = checker.getSymbolAtLocation(statement.moduleSpecifier);
    const symbols = module === undefined ? [] : checker.getExportsOfModule(module);
    const loaded = unloadable.has(specifier) ? { values: new Map() } : await named(specifier);
    found.set(specifier, { ...loaded, ...declared(checker, symbols) });
  }
  return found;
}

async function named(specifier: string): Promise<Pick<Names, 'values'>> {
  const entries = Object.entries((await import(specifier)) as object);
  return { values: new Map(entries.filter(([name]) => name !== 'default')) };
}

function declared(
  checker: ts.TypeChecker,
  symbols: readonly ts.Symbol[],
): Pick<Names, 'types' | 'membersOf'> {
  const types = new Map<string, ts.Symbol>();
  for (const symbol of symbols) {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.Type) types.set(symbol.name, target);
  }
  return {
    types: new Set(types.keys()),
    membersOf: (name) => {
      const symbol = types.get(name);
      if (symbol === undefined) return undefined;
      // The members of an enumeration are values.
      if (symbol.flags & ts.SymbolFlags.Enum) return new Set(symbol.exports?.keys() as Iterable<string>);
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const isOpen = type.flags & ts.TypeFlags.Any || type.getStringIndexType() !== undefined;
      return isOpen ? undefined : new Set(publicMembers(checker, type));
    },
  };
}

/** The members of a type and, after a dot, those of a member that is an object of its own. */
function publicMembers(checker: ts.TypeChecker, type: ts.Type): string[] {
  const names: string[] = [];
  for (const member of type.getApparentProperties()) {
    const [declaration] = member.declarations ?? [];
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected;
    if (declaration !== undefined && ts.getCombinedModifierFlags(declaration) & hidden) continue;
    if (/^[\s_#]/.test(member.name) && member.name !== '_meta') continue;
    names.push(member.name);
    if (!['mcpReq', 'http'].includes(member.name)) continue;
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(member));
    names.push(...publicMembers(checker, inner).map((name) => `${member.name}.${name}`));
  }
  return names;
}
