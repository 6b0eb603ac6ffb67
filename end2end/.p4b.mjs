import { chromium } from 'playwright-core';
const base='http://127.0.0.1:3104';
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--headless','--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
const c = await b.newContext({viewport:{width:375,height:800}, locale:'zh-CN'});
const p = await c.newPage();
p.on('console', m=>{ if(m.type()==='error') console.log('CONSOLE', m.text()); });
p.on('pageerror', e=>console.log('PAGEERROR', e.message));
await p.goto(base+'/sign-in?next=/sell');
await p.fill('input[name=login]', 'captain@demo.xiangji.example'); await p.fill('input[type=password]', 'xiangji-demo-2026');
await Promise.all([p.waitForURL(/\/sell\//), p.locator('main form button').last().click()]);
const team = p.url().split('/sell/')[1].split(/[?/#]/)[0];
await p.goto(base+`/sell/${team}/products`);
const href = await p.locator('tbody th a').first().getAttribute('href');
await p.setViewportSize({width:375,height:3300}); await p.goto(base+href); await p.waitForTimeout(1500);
await p.screenshot({path:'/tmp/p4/edit-m.png'});
console.log('scrollw', await p.evaluate(()=>document.documentElement.scrollWidth), 'height', await p.evaluate(()=>document.documentElement.scrollHeight));
await p.setViewportSize({width:1280,height:2400}); await p.waitForTimeout(300); await p.screenshot({path:'/tmp/p4/edit-w.png'});
await p.goto(base+href+'/stock'); await p.setViewportSize({width:375,height:1900}); await p.waitForTimeout(300); await p.screenshot({path:'/tmp/p4/stock-m.png'});
await p.setViewportSize({width:320,height:800}); for (const u of ['','/products','/parcels','/transfers']) { await p.goto(base+`/sell/${team}${u}`); console.log(u, await p.evaluate(()=>document.documentElement.scrollWidth)); }
await p.goto(base+href); console.log('edit', await p.evaluate(()=>document.documentElement.scrollWidth));
const axe = (await import('node:fs')).readFileSync('/work/main/end2end/node_modules/axe-core/axe.min.js','utf8');
await p.setViewportSize({width:1280,height:900});
const cdp = await c.newCDPSession(p);
for (const u of [`/sell/${team}`,`/sell/${team}/parcels`,`/sell/${team}/transfers`,`/sell/${team}/products`,href,href+'/stock',`/sell/${team}/parcels/packing-lists`]) { await p.goto(base+u); await p.waitForTimeout(500); await cdp.send('Runtime.evaluate',{expression:axe}); const r = JSON.parse(await p.evaluate(async()=>JSON.stringify((await axe.run()).violations.map(v=>[v.id,v.nodes.length,v.nodes[0].html.slice(0,160)])))); console.log(u, JSON.stringify(r)); }
await b.close();
