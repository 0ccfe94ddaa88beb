// Prints keys' thumbprints and proofs as JSON; told METHOD, URL, NONCE and TOKEN in its arguments.
import { calculateThumbprint, generateKeyPair, generateProof } from 'dpop';

const [method, url, nonce, token] = process.argv.slice(2);
const made = {};
for (const algorithm of ['ES256', 'RS256', 'PS256', 'Ed25519']) {
  const pair = await generateKeyPair(algorithm);
  made[algorithm] = {
    thumbprint: await calculateThumbprint(pair.publicKey),
    proof: await generateProof(pair, url, method, nonce || undefined, token || undefined),
  };
}
console.log(JSON.stringify(made));
