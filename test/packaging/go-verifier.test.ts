import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import t from 'tap';
import { buildVerifier, digestOf, goRelease, verifierFile, verifierRecord } from '../../packaging/go-verifier.js';

const recorded: { readonly go: string; readonly sha256: string } = JSON.parse(readFileSync(verifierRecord, 'utf8'));

t.test('the built file is the one that is recorded', async (t) => {
  t.equal(digestOf(gunzipSync(readFileSync(verifierFile))), recorded.sha256);
});

/** Another release of Go gives other bytes. */
function otherGo(): string | false {
  const here = goRelease();
  return here === recorded.go ? false : `built by ${recorded.go}; here is ${here ?? 'no Go'}`;
}

t.test('its source and the recorded Go release give the same bytes', { skip: otherGo() }, async (t) => {
  t.equal(digestOf(buildVerifier()), recorded.sha256);
});
