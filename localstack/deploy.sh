#!/bin/sh
# Deploys the stage `local` through CloudFormation and prints the API's address. A second run deploys only changes.
set -eu
node_modules/.bin/serverless deploy --stage local
api="http://localhost:${LOCALSTACK_PORT:-4566}/_aws/execute-api/orders/local"
cat <<TEXT

The order system runs on LocalStack. The API: $api
  curl $api/inventory/stocks
TEXT
