// Starts Swagger UI on this server's document.
// SPDX-License-Identifier: Apache-2.0
SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, defaultModelsExpandDepth: 0, displayRequestDuration: true });
