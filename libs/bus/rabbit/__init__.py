"""The bus on RabbitMQ, by aio-pika."""
