// SPDX-License-Identifier: MIT
pragma solidity ^0.8.20;

/// Pure computation: loops, memory arrays, hashing.
contract Compute {
    function fibonacci(uint256 n) external pure returns (uint256 a) {
        uint256 b = 1;
        for (uint256 i = 0; i < n; i++) {
            uint256 next;
            unchecked {
                next = a + b;
            }
            a = b;
            b = next;
        }
    }

    function insertionSort(uint256 n) external pure returns (uint256 median) {
        uint256[] memory values = new uint256[](n);
        uint256 seed = 1;
        for (uint256 i = 0; i < n; i++) {
            seed = (seed * 1103515245 + 12345) % 2147483648;
            values[i] = seed;
        }
        for (uint256 i = 1; i < n; i++) {
            uint256 value = values[i];
            uint256 j = i;
            while (j > 0 && values[j - 1] > value) {
                values[j] = values[j - 1];
                j--;
            }
            values[j] = value;
        }
        return values[n / 2];
    }

    function merkleRoot(uint256 leaves) external pure returns (bytes32) {
        bytes32[] memory nodes = new bytes32[](leaves);
        for (uint256 i = 0; i < leaves; i++) nodes[i] = keccak256(abi.encode(i));
        while (leaves > 1) {
            leaves /= 2;
            for (uint256 i = 0; i < leaves; i++) {
                nodes[i] = keccak256(abi.encodePacked(nodes[2 * i], nodes[2 * i + 1]));
            }
        }
        return nodes[0];
    }

    function squareRoots(uint256 n) external pure returns (uint256 sum) {
        for (uint256 i = 1; i <= n; i++) {
            uint256 square = i * 1e36 + i;
            uint256 root = square;
            uint256 next = (root + 1) / 2;
            while (next < root) {
                root = next;
                next = (root + square / root) / 2;
            }
            sum += root;
        }
    }
}
