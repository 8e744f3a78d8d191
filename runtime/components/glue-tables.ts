/**
 * Writes into jco's glue which resource each handle table is of. jco hands a lowered import its tables in an order that
 * depends on what else a component uses, so a host that went by the order could take one resource for another.
 */

const tableMade = /(handleTable\d+)\._createdReps = new Set\(\);/g;

/** Where the glue has a table beside the class of its resource: drops, arguments, results. */
const uses: readonly RegExp[] = [
  /rscTableRemove\((?<table>handleTable\d+), handle\)[\s\S]{0,400}?else if \((?<name>[\w$]+)\[symbolCabiDispose\]/g,
  /(?<table>handleTable\d+)\[\(handle\d+ << 1\) \+ 1\] & ~T_FLAG;[\s\S]{0,300}?Object\.create\((?<name>[\w$]+)\.prototype\)/g,
  /instanceof (?<name>[\w$]+)\)\)[\s\S]{0,400}?rscTableCreateOwn\((?<table>handleTable\d+), rep\)/g,
];

/** A table that only passes resources between components has no class beside it, and gets no name. */
export function nameTables(glue: string): string {
  const names = new Map<string, string>();
  for (const use of uses) {
    for (const { groups } of glue.matchAll(use)) {
      // jco numbers what would collide with a name of its own: Error$1.
      if (groups?.table && groups.name) names.set(groups.table, groups.name.replace(/\$\d+$/, ''));
    }
  }
  return glue.replace(tableMade, (made, table: string) => {
    const name = names.get(table);
    return name === undefined ? made : `${made} ${table}._resource = ${JSON.stringify(name)};`;
  });
}
