#!/usr/bin/env node
// Asks every address of an API that its own description lists and that needs neither a login nor a body.
// Prints {"asked": n, "broken": ["/path: status"]}; exit code 1 when one does not answer as it should.
const [base = ''] = process.argv.slice(2);

const statusOf = async (path) => {
  const answer = await fetch(`${base}${path}`, { redirect: 'manual', signal: AbortSignal.timeout(5000) });
  await answer.arrayBuffer();
  return answer.status;
};

const description = await fetch(`${base}/openapi.json`, { signal: AbortSignal.timeout(5000) });
if (!description.ok) {
  console.log(JSON.stringify({ asked: 1, broken: [`/openapi.json: ${description.status}`] }));
  process.exit(1);
}
const { paths } = await description.json();
const open = Object.keys(paths).filter((path) => paths[path].get !== undefined && !path.includes('{'));
const broken = [];
for (const path of open) {
  const status = await statusOf(path);
  if (status >= 400) broken.push(`${path}: ${status}`);
}
console.log(JSON.stringify({ asked: open.length, broken }));
process.exitCode = broken.length > 0 ? 1 : 0;
