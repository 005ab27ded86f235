/** What `npm run orders -- --help` prints. */
export const USAGE = `npm run orders -- COMMAND [OPTIONS]

  list                     orders, the newest first
      --status STATUS      such as NEEDS_ATTENTION
      --refunds            only those with a refund that waits for you
      --owner NAME         who placed them
      --from TIME --to TIME   such as 2026-11-28 or 2026-11-28T12:00:00Z
      --limit N            20 unless you say more, --all for every page
  show ORDER_ID            the order, its timeline, every state of its saga and of its refunds' sagas
  redrive ORDER_ID…        carry parked orders on; or all that are parked at a step:
      --step STEP          such as CommitInventory
  abandon ORDER_ID         give a parked order up: money back, stock back
      --reason TEXT
  cancel ORDER_ID          cancel an order for its customer, while it is not paid
  refund ORDER_ID          give money of a confirmed order back: all that is left, or
      --amount 12.50         so much, or
      --line ITEM=COUNT      these pieces, at their prices; once for each item
      --restock              the pieces can be sold again
      --reason TEXT
      --key KEY              the same key is the same refund; where it is left out, the command makes one
  summary                  orders by status, money, and what waits for you
  webhooks                 who is told of orders, and whether it works
  webhooks add URL         tell a URL; the answer has its secret
      --events TYPE,TYPE   such as order.confirmed,order.rejected; all where it is left out
  webhooks deliveries ID   what became of each event, the newest first
      --limit N            20 unless you say more
      --cursor CURSOR      the next page, as the one before names it
  webhooks replay ID EVENT_ID…      send events once more; or all since a time:
      --since TIME         such as 2026-11-28T12:00:00Z
  webhooks secret ID       give it another secret
  webhooks remove ID
  stock                    what is available of each item
  stock restock ITEM COUNT --reason TEXT     add what came
  stock correct ITEM COUNT --reason TEXT     set what is available

  --json                   the data of the answer instead of tables

ORDERS_URL is the API (http://127.0.0.1:3000 unless set), ORDERS_API_KEY or ORDERS_TOKEN say who you are. With AUTH_MODE=api-key
an operator's key is needed: npm run api-key -- create NAME --role operator.`;
