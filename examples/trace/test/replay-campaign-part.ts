/** A part of a campaign in a process of its own: `node FILE SEED FIRST COUNT` prints what it has seen, as JSON. */
import { campaign } from './replay-campaign.js';

const [seed, first, count] = process.argv.slice(2).map(Number);
const seen = await campaign(seed!, first!, count!);
console.log(JSON.stringify({ ...seen, peakKiB: process.resourceUsage().maxRSS }));
