/** Runs a part of a campaign in its own process: `node FILE SEED FIRST COUNT` prints JSON. */
import { campaign } from './replay-campaign.js';

const [seed, first, count] = process.argv.slice(2).map(Number);
const seen = await campaign(seed!, first!, count!);
console.log(JSON.stringify({ ...seen, peakKiB: process.resourceUsage().maxRSS }));
