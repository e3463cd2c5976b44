// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title AnyAnswerWallet
/// @notice Answers every call as it was told to: with any bytes, by reverting, or by using up all gas.
contract AnyAnswerWallet {
    bytes private answer;
    bool private reverts;
    bool private burns;

    function setAnswer(bytes calldata answer_, bool reverts_, bool burns_) external {
        (answer, reverts, burns) = (answer_, reverts_, burns_);
    }

    // Not payable: a wallet for signatures alone.
    // solhint-disable-next-line payable-fallback
    fallback(bytes calldata) external returns (bytes memory) {
        while (burns) {}
        bytes memory data = answer;
        if (!reverts) return data;
        assembly ("memory-safe") {
            revert(add(data, 0x20), mload(data))
        }
    }
}
